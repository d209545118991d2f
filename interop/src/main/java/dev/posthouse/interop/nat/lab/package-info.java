/** The NAT laboratory (testkit/natlab) as seen from outside: building and taking down, and processes on its hosts. */
@NullMarked
package dev.posthouse.interop.nat.lab;

import org.jspecify.annotations.NullMarked;
