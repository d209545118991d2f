/** The HTTP server for operators: read-only, on loopback unless configured otherwise. */
@NullMarked
package dev.posthouse.daemon.admin;

import org.jspecify.annotations.NullMarked;
