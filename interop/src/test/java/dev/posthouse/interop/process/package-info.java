/** Foreign programs, started by a test and ended with it. */
@NullMarked
package dev.posthouse.interop.process;

import org.jspecify.annotations.NullMarked;
