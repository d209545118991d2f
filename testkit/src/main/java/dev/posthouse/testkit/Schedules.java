package dev.posthouse.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;

/**
 * A search through the schedules of a small concurrent program: each of its accesses to what threads share is a place at which another
 * thread may go on, and the search goes through those orders one by one, the same ones at each run. It finds a failed assertion, an
 * exception, a deadlock and a wake-up that was lost, and prints the order of the steps that led there.
 *
 * <p>What makes a search see nothing, or fail by itself:
 * <ul>
 *   <li>What the threads share must hang on a static field of the test; a field of an object that only the program's lambda holds is
 *       not followed.
 *   <li>No AssertJ within the program: {@link #same} instead.
 *   <li>Platform threads only; the actors of {@link #together} are. Nothing that waits for the system: no socket, no time.
 *   <li>Everything that is shared is made anew by the program itself, which is run once for each schedule.
 * </ul>
 *
 * <p>The number of schedules is small in an ordinary build; {@code -Dposthouse.schedules=20} makes it twenty times as large.
 */
public final class Schedules {

    private static final int FACTOR = Integer.getInteger("posthouse.schedules", 1);

    /** What it says when it failed itself, which must not be taken for a mistake that it has found. */
    private static final String ITS_OWN_FAILURE = "caught a bug in Lincheck";

    private Schedules() {}

    /** What an actor does; whatever it throws is a failure. */
    @FunctionalInterface
    public interface Actor {
        void act() throws Exception;
    }

    /**
     * Runs {@code program} once for each schedule.
     *
     * @param schedules how many at most, in an ordinary build
     * @param program makes what is shared, runs {@linkplain #together actors}, and asserts what must hold afterwards
     * @throws AssertionError if one of them failed; the text has the steps that led there
     */
    public static void search(int schedules, Runnable program) {
        Lincheck.runConcurrentTest(schedules * FACTOR, program);
    }

    /**
     * Whether a search finds a mistake.
     *
     * @return what it has found, or the empty text if it has found nothing
     * @throws AssertionError if the search failed by itself
     */
    public static String mistake(int schedules, Runnable program) {
        try {
            search(schedules, program);
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
