/** What the tests of all parts of Offset share. */
@NullMarked
package dev.posthouse.offset;

import org.jspecify.annotations.NullMarked;
