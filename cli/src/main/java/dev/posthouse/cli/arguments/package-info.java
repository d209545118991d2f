/** What the words of a command line and its variables mean: text, times, tokens, files. */
@NullMarked
package dev.posthouse.cli.arguments;

import org.jspecify.annotations.NullMarked;
