package dev.posthouse.interop.nat;

import dev.posthouse.interop.nat.peer.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a pair came to in a cell.
 *
 * @param cell the network
 * @param pair who was at it
 * @param tries in the order in which they were made
 * @param breakdown why the rest of the tries could not be made, if it could not
 */
record Tally(Cell cell, Pair pair, List<Try> tries, Optional<String> breakdown) {

    Tally {
        tries = List.copyOf(tries);
    }

    Expected expected() {
        return Objects.requireNonNull(cell.expected().get(pair), "runs only pairs of the cell");
    }

    /** How many tries came to {@code result}. */
    long count(Try.Result result) {
        return tries.stream().filter(one -> one.result() == result).count();
    }

    /** Whether every try came to what was expected, and there was at least one that counts. */
    boolean passed() {
        return complaints().isEmpty();
    }

    /** What is wrong, one line each. */
    List<String> complaints() {
        var all = new ArrayList<String>();
        for (int i = 0; i < tries.size(); i++) {
            String number = "try " + (i + 1) + ": ";
            tries.get(i).complaint(expected(), pair.isAllOurs()).ifPresent(why -> all.add(number + why));
        }
        breakdown.ifPresent(all::add);
        if (all.isEmpty() && count(Try.Result.GO_PANICKED) == tries.size()) {
            all.add("no try that counts was made");
        }
        return all;
    }

    /** How long the dialer took to connect, in milliseconds, shortest first; tries that failed are left out. */
    List<Long> connectMillis() {
        return tries.stream()
                .filter(Tally::connected)
                .map(one -> one.dialer().millis())
                .sorted()
                .toList();
    }

    /** How long a dialer of ours took from the meeting to its choice, in milliseconds, shortest first. */
    List<Long> choiceMillis() {
        return tries.stream()
                .filter(Tally::connected)
                .map(Try::dialer)
                .map(Outcome::choice)
                .flatMap(Optional::stream)
                .map(Duration::toMillis)
                .sorted()
                .toList();
    }

    private static boolean connected(Try one) {
        return one.result() == Try.Result.DIRECT || one.result() == Try.Result.RELAYED;
    }
}
