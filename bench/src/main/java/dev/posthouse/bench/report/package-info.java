/** What is printed: every round's row as it comes, then the medians with their range as tables, and all of it as JSON. */
@NullMarked
package dev.posthouse.bench.report;

import org.jspecify.annotations.NullMarked;
