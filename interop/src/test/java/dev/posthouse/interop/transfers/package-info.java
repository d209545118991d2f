/**
 * Transfers as people make them, by the launcher's {@code posthouse} in processes of its own: behind proxies, killed in
 * the middle, with full disks and closed descriptors. What arrives is whole, or both ends say that it is not.
 * {@code interop/run transfers} runs these; {@link dev.posthouse.interop.transfers.Plan} says which part.
 *
 * <p>A test here is a cell of a table: a {@link dev.posthouse.interop.transfers.Cells.Cell}, which may run several times.
 * {@link dev.posthouse.interop.transfers.Cells} runs two at a time and prints a line for each.
 */
@NullMarked
package dev.posthouse.interop.transfers;

import org.jspecify.annotations.NullMarked;
