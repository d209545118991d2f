/**
 * Support for tests: reproducible bytes and a sink that checks them, a clock that stands still until it is moved, child
 * processes that cannot outlive their test, certificates made on the spot, and a check that nothing leaked.
 *
 * <p>Knows no module of ours, so that every module's tests can use it.
 */
@NullMarked
package dev.posthouse.testkit;

import org.jspecify.annotations.NullMarked;
