/**
 * Memory that is held for peers, counted before it is allocated: a {@link dev.posthouse.net.budget.MemoryBudget} in all, in it an
 * account for each owner, and a {@link dev.posthouse.net.budget.Holding} for each connection. Whoever finds its account used up
 * waits, which holds its peer back, and is refused if that does not help; nobody else notices.
 */
@NullMarked
package dev.posthouse.net.budget;

import org.jspecify.annotations.NullMarked;
