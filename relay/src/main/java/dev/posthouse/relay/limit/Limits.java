package dev.posthouse.relay.limit;

import dev.posthouse.net.budget.MemoryBudget;
import dev.posthouse.relay.splice.Meter;
import java.time.Duration;

/**
 * The numbers that keep a relay safe; docs/operations.md has them as a table. Zero means no limit, but for the four
 * times that must have one.
 *
 * @param head the whole of a connection's first bytes and its request; positive
 * @param lobby how long a peer may wait for its partner; positive
 * @param choice how long two peers that met may take to choose a route; positive
 * @param connectionsPerAddress connections, from accept on, for each address
 * @param waitingPerAddress peers that wait, for each address (IPv6: each /64)
 * @param waitingPerKey peers that wait, for each key that peers of the dialect have
 * @param waitingInAll peers that wait
 * @param circuitsPerAddress circuits, for each address that is an end of them
 * @param circuitsPerKey circuits, for each key that an end of them has
 * @param circuitsInAll circuits
 * @param idle how long a circuit may move no byte
 * @param stalled how long bytes of a circuit may wait for a peer that takes none; any byte taken starts the time anew
 * @param longest how long a circuit may last, whatever it moves
 * @param bytesPerCircuit bytes of one circuit, both directions together
 * @param bytesPerAddress bytes of all circuits of one address in one {@code period}
 * @param bytesInAll bytes of all circuits in one {@code period}
 * @param period over which the two allowances above are counted; positive
 * @param ratePerCircuit bytes a second of one circuit, both directions together
 * @param ratePerAddress bytes a second of all circuits of one address
 * @param rateInAll bytes a second of all circuits
 * @param memoryPerAddress bytes that may be held in memory for the peers of one address; or {@link #BY_HEAP}
 * @param memoryInAll bytes that may be held in memory for peers; or {@link #BY_HEAP}
 */
public record Limits(
        Duration head,
        Duration lobby,
        Duration choice,
        int connectionsPerAddress,
        int waitingPerAddress,
        int waitingPerKey,
        int waitingInAll,
        int circuitsPerAddress,
        int circuitsPerKey,
        int circuitsInAll,
        Duration idle,
        Duration stalled,
        Duration longest,
        long bytesPerCircuit,
        long bytesPerAddress,
        long bytesInAll,
        Duration period,
        long ratePerCircuit,
        long ratePerAddress,
        long rateInAll,
        long memoryPerAddress,
        long memoryInAll) {

    /** Memory by the heap that the process has: a quarter of it in all, of that a sixteenth for one address, but 8 MiB where that is at most a quarter. */
    public static final long BY_HEAP = -1;

    /** What a relay starts with if nobody says otherwise. */
    public static final Limits DEFAULT = builder().build();

    public Limits {
        positive("head", head);
        positive("lobby", lobby);
        positive("choice", choice);
        positive("period", period);
        notNegative("idle", idle.toMillis());
        notNegative("stalled", stalled.toMillis());
        notNegative("longest", longest.toMillis());
        notNegative("connectionsPerAddress", connectionsPerAddress);
        notNegative("waitingPerAddress", waitingPerAddress);
        notNegative("waitingPerKey", waitingPerKey);
        notNegative("waitingInAll", waitingInAll);
        notNegative("circuitsPerAddress", circuitsPerAddress);
        notNegative("circuitsPerKey", circuitsPerKey);
        notNegative("circuitsInAll", circuitsInAll);
        notNegative("bytesPerCircuit", bytesPerCircuit);
        notNegative("bytesPerAddress", bytesPerAddress);
        notNegative("bytesInAll", bytesInAll);
        rate("ratePerCircuit", ratePerCircuit);
        rate("ratePerAddress", ratePerAddress);
        rate("rateInAll", rateInAll);
        memory("memoryPerAddress", memoryPerAddress);
        memory("memoryInAll", memoryInAll);
    }

    private static void memory(String name, long value) {
        if (value != BY_HEAP) {
            notNegative(name, value);
        }
    }

    private static void rate(String name, long value) {
        if (value < 0 || value > Meter.FASTEST_RATE) {
            throw new IllegalArgumentException(
                    name + " is zero (no limit) or up to " + Meter.FASTEST_RATE + " bytes a second, not " + value);
        }
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(name + " must be longer than zero, not " + value);
        }
    }

    private static void notNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " is zero (no limit) or more, not " + value);
        }
    }

    /** What {@code budget} may hold by these numbers. */
    void applyTo(MemoryBudget budget) {
        long all = memoryInAll == BY_HEAP ? MemoryBudget.ofHeapInAll() : memoryInAll;
        long one = memoryPerAddress == BY_HEAP
                ? MemoryBudget.forOwner(all == 0 ? MemoryBudget.ofHeapInAll() : all)
                : memoryPerAddress;
        budget.limits(all, one);
    }

    /** A builder that starts with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects limits; each method is named for the component of {@link Limits} that it sets. */
    public static final class Builder {
        private Duration head = Duration.ofSeconds(10);
        private Duration lobby = Duration.ofSeconds(60);
        private Duration choice = Duration.ofSeconds(30);
        private int connectionsPerAddress = 1_024;
        private int waitingPerAddress = 64;
        private int waitingPerKey;
        private int waitingInAll = 10_000;
        private int circuitsPerAddress = 1_024;
        private int circuitsPerKey;
        private int circuitsInAll = 50_000;
        private Duration idle = Duration.ZERO;
        private Duration stalled = Duration.ofSeconds(60);
        private Duration longest = Duration.ZERO;
        private long bytesPerCircuit;
        private long bytesPerAddress;
        private long bytesInAll;
        private Duration period = Duration.ofDays(1);
        private long ratePerCircuit;
        private long ratePerAddress;
        private long rateInAll;
        private long memoryPerAddress = BY_HEAP;
        private long memoryInAll = BY_HEAP;

        private Builder() {}

        public Builder head(Duration value) {
            head = value;
            return this;
        }

        public Builder lobby(Duration value) {
            lobby = value;
            return this;
        }

        public Builder choice(Duration value) {
            choice = value;
            return this;
        }

        public Builder connectionsPerAddress(int value) {
            connectionsPerAddress = value;
            return this;
        }

        public Builder waitingPerAddress(int value) {
            waitingPerAddress = value;
            return this;
        }

        public Builder waitingPerKey(int value) {
            waitingPerKey = value;
            return this;
        }

        public Builder waitingInAll(int value) {
            waitingInAll = value;
            return this;
        }

        public Builder circuitsPerAddress(int value) {
            circuitsPerAddress = value;
            return this;
        }

        public Builder circuitsPerKey(int value) {
            circuitsPerKey = value;
            return this;
        }

        public Builder circuitsInAll(int value) {
            circuitsInAll = value;
            return this;
        }

        public Builder idle(Duration value) {
            idle = value;
            return this;
        }

        public Builder stalled(Duration value) {
            stalled = value;
            return this;
        }

        public Builder longest(Duration value) {
            longest = value;
            return this;
        }

        public Builder bytesPerCircuit(long value) {
            bytesPerCircuit = value;
            return this;
        }

        public Builder bytesPerAddress(long value) {
            bytesPerAddress = value;
            return this;
        }

        public Builder bytesInAll(long value) {
            bytesInAll = value;
            return this;
        }

        public Builder period(Duration value) {
            period = value;
            return this;
        }

        public Builder ratePerCircuit(long value) {
            ratePerCircuit = value;
            return this;
        }

        public Builder ratePerAddress(long value) {
            ratePerAddress = value;
            return this;
        }

        public Builder rateInAll(long value) {
            rateInAll = value;
            return this;
        }

        public Builder memoryPerAddress(long value) {
            memoryPerAddress = value;
            return this;
        }

        public Builder memoryInAll(long value) {
            memoryInAll = value;
            return this;
        }

        /** @throws IllegalArgumentException if a value is out of its range, naming it */
        public Limits build() {
            return new Limits(
                    head,
                    lobby,
                    choice,
                    connectionsPerAddress,
                    waitingPerAddress,
                    waitingPerKey,
                    waitingInAll,
                    circuitsPerAddress,
                    circuitsPerKey,
                    circuitsInAll,
                    idle,
                    stalled,
                    longest,
                    bytesPerCircuit,
                    bytesPerAddress,
                    bytesInAll,
                    period,
                    ratePerCircuit,
                    ratePerAddress,
                    rateInAll,
                    memoryPerAddress,
                    memoryInAll);
        }
    }
}
