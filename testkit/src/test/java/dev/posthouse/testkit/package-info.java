/** Tests of what tests rely on. */
@NullMarked
package dev.posthouse.testkit;

import org.jspecify.annotations.NullMarked;
