package dev.posthouse.net.punch;

import dev.posthouse.net.connection.Report;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** What happened in a race, for its report. Everything is guarded by one lock; times are nanoseconds of one clock. */
final class AttemptLog {

    /** How many entries are kept: strangers' connections beyond it are not written down. */
    private static final int MAX_ENTRIES = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final LongSupplier clock;
    private final List<Entry> entries = new ArrayList<>();

    AttemptLog(LongSupplier clock) {
        this.clock = clock;
    }

    /** The record of one candidate or of one inbound connection. */
    final class Entry {
        private final InetSocketAddress remote;
        private final boolean inbound;
        private final long started = clock.getAsLong();
        private final Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
        private long ended = started;
        private String outcome = "";

        private Entry(InetSocketAddress remote, boolean inbound) {
            this.remote = remote;
            this.inbound = inbound;
        }

        /** One more attempt failed. */
        void failed(Failure why) {
            lock.lock();
            try {
                failures.merge(why, 1, Integer::sum);
                ended = clock.getAsLong();
            } finally {
                lock.unlock();
            }
        }

        /** What it has come to, in a few words; the last one counts. */
        void became(String outcome) {
            lock.lock();
            try {
                this.outcome = outcome;
                ended = clock.getAsLong();
            } finally {
                lock.unlock();
            }
        }

        private Report.Attempt attempt() {
            List<String> words = new ArrayList<>();
            if (!outcome.isEmpty()) {
                words.add(outcome);
            }
            failures.forEach((why, times) -> words.add(why.label() + (times == 1 ? " once" : " " + times + " times")));
            String told = words.isEmpty() ? "not finished" : String.join(", ", words);
            return new Report.Attempt(remote, inbound, told, (ended - started) / 1_000_000);
        }
    }

    /** Begins the record of a candidate or of an inbound connection. */
    Entry open(InetSocketAddress remote, boolean inbound) {
        var entry = new Entry(remote, inbound);
        lock.lock();
        try {
            if (entries.size() < MAX_ENTRIES) {
                entries.add(entry);
            }
        } finally {
            lock.unlock();
        }
        return entry;
    }

    /** All records, in the order in which they ended. */
    List<Report.Attempt> attempts() {
        lock.lock();
        try {
            return entries.stream()
                    .sorted((a, b) -> Long.compare(a.ended - b.ended, 0))
                    .map(Entry::attempt)
                    .toList();
        } finally {
            lock.unlock();
        }
    }
}
