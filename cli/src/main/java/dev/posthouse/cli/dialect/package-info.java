/**
 * The dialects as the command line has them, one module each: {@link dev.posthouse.cli.dialect.SchemeModule}. No other room names one.
 */
@NullMarked
package dev.posthouse.cli.dialect;

import org.jspecify.annotations.NullMarked;
