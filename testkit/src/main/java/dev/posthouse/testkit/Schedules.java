package dev.posthouse.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jspecify.annotations.Nullable;

/**
 * A search through the schedules of a small concurrent program: each of its accesses to what threads share is a place at which another
 * thread may go on, and the search goes through those orders one by one, the same ones at each run. It finds a failed assertion, an
 * exception, a deadlock and a wake-up that was lost, and prints the order of the steps that led there.
 *
 * <pre>{@code
 * Schedules.search(Counter::new, counter -> {
 *     together(counter::increment, counter::increment);
 *     same("count", 2, counter.count());
 * });
 * }</pre>
 *
 * <p>What makes a search see nothing, or fail by itself:
 * <ul>
 *   <li>What the threads share must be made by the first argument and hang on what that returns: it is kept in a static field, and
 *       nothing else is followed.
 *   <li>No AssertJ within the program: {@link #same} instead.
 *   <li>Platform threads only; the actors of {@link #together} are. Nothing that waits for the system: no socket, no time.
 * </ul>
 *
 * <p>The number of schedules is small in an ordinary build; {@code -Dposthouse.schedules=20} makes it twenty times as large.
 */
public final class Schedules {

    private static final int FACTOR = Integer.getInteger("posthouse.schedules", 1);

    /** Of one program, in an ordinary build: twice what the mistakes need that were seeded to try these searches. */
    private static final int ORDINARY = 25;

    /** What it says when it failed itself, which must not be taken for a mistake that it has found. */
    private static final String ITS_OWN_FAILURE = "caught a bug in Lincheck";

    /** What the threads of the program share: a search follows what hangs on a static field. */
    private static @Nullable Object shared;

    private Schedules() {}

    /** What an actor does; whatever it throws is a failure. */
    @FunctionalInterface
    public interface Actor {
        void act() throws Exception;
    }

    /**
     * A program.
     *
     * @param sample of what is shared, never used: a search makes what hangs on the program's fields fit to be followed, and would not see
     *     what {@code start} makes if that is a reference to a constructor
     */
    private record Run<S>(Supplier<? extends S> start, Consumer<? super S> program, S sample) implements Runnable {
        @Override
        public void run() {
            S fresh = start.get();
            shared = fresh;
            program.accept(fresh);
        }
    }

    /**
     * Runs {@code program} once for each schedule.
     *
     * @param start makes what is shared, anew for each schedule
     * @param program runs {@linkplain #together actors}, and asserts what must hold afterwards
     * @throws AssertionError if one of them failed; the text has the steps that led there
     */
    public static <S> void search(Supplier<? extends S> start, Consumer<? super S> program) {
        Lincheck.runConcurrentTest(ORDINARY * FACTOR, new Run<>(start, program, start.get()));
    }

    /**
     * Whether a search finds a mistake, with no more schedules than there are in an ordinary build.
     *
     * @return what it has found, or the empty text if it has found nothing
     * @throws AssertionError if the search failed by itself
     */
    public static <S> String mistake(Supplier<? extends S> start, Consumer<? super S> program) {
        try {
            search(start, program);
            return "";
        } catch (LincheckAssertionError e) {
            String found = String.valueOf(e.getMessage());
            if (found.contains(ITS_OWN_FAILURE)) {
                throw e;
            }
            return found;
        }
    }

    /**
     * What a program asserts with: the search does not get on with AssertJ's objects, which throw when they are compared.
     *
     * @throws AssertionError if the two are not the same
     */
    public static void same(String what, long expected, long actual) {
        if (expected != actual) {
            throw new AssertionError(what + ": " + actual + " instead of " + expected);
        }
    }

    /**
     * The same of what holds or does not.
     *
     * @throws AssertionError if it does not
     */
    public static void holds(String what, boolean holds) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }

    /** Runs all actors at the same time, each on a thread of its own, until all have ended; an actor's failure is thrown here. */
    public static void together(Actor... actors) {
        var failures = new Throwable[actors.length];
        List<Thread> threads = new ArrayList<>(actors.length);
        for (int i = 0; i < actors.length; i++) {
            int index = i;
            threads.add(new Thread(() -> {
                try {
                    actors[index].act();
                } catch (Throwable e) {
                    failures[index] = e;
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted while actors ran", e);
            }
        }
        for (Throwable failure : failures) {
            if (failure != null) {
                throw new AssertionError("an actor failed: " + failure, failure);
            }
        }
    }
}
