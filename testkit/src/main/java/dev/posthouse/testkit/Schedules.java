package dev.posthouse.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import net.bytebuddy.agent.ByteBuddyAgent;
import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.jvm.agent.InstrumentationMode;
import org.jetbrains.lincheck.jvm.agent.LincheckInstrumentation;
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
 *       nothing else is followed. What only a lambda holds is not: a class with a name takes its place.
 *   <li>No AssertJ within the program: {@link #same} and {@link #holds} instead.
 *   <li>Platform threads only; the actors of {@link #together} are. Nothing that waits for the system: no socket, no time. A wait with a
 *       limit lasts until somebody ends it.
 *   <li>No cipher and no digest: the JDK's read arrays in a way that the search refuses.
 * </ul>
 *
 * <p>The number of schedules is small in an ordinary build; {@code -Dposthouse.schedules=20} makes it twenty times as large.
 */
public final class Schedules {

    /** Of the classes with searches: they run in a process of their own. */
    public static final String TAG = "schedules";

    private static final int FACTOR = Integer.getInteger("posthouse.schedules", 1);

    /** Of one program, in an ordinary build: at half as many some of the mistakes are missed that were seeded to try these searches. */
    private static final int ORDINARY = 25;

    private static final int FOR_A_MISTAKE = 16;

    /** What it says when it failed itself, which must not be taken for a mistake that it has found. */
    private static final String ITS_OWN_FAILURE = "caught a bug in Lincheck";

    /** What the threads of the program share: a search follows what hangs on a static field. */
    @SuppressWarnings("UnusedVariable")
    private static @Nullable Object shared;

    static {
        // As if its agent had been given on the command line: it then stays. Otherwise the same classes are rewritten,
        // and back, for each program, which costs several times what the schedules do.
        LincheckInstrumentation.INSTANCE.attachJavaAgentStatically(ByteBuddyAgent.install());
        LincheckInstrumentation.INSTANCE.install(InstrumentationMode.MODEL_CHECKING);
    }

    private Schedules() {}

    /** What an actor does; whatever it throws is a failure. */
    @FunctionalInterface
    public interface Actor {
        void act() throws Exception;
    }

    /** A program. No record, whose fields a search cannot look into. */
    private static final class Run<S> implements Runnable {
        private final Supplier<? extends S> start;
        private final Consumer<? super S> program;
        // Never used: a search follows objects of the classes that it finds hanging here. It would not find those of
        // what a constructor reference makes.
        @SuppressWarnings("UnusedVariable")
        private final S sample;

        Run(Supplier<? extends S> start, Consumer<? super S> program) {
            this.start = start;
            this.program = program;
            this.sample = start.get();
        }

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
        search(ORDINARY, start, program);
    }

    /**
     * The same of a program that is too large for as many schedules as usual.
     *
     * @param schedules how many at most, in an ordinary build
     */
    public static <S> void search(int schedules, Supplier<? extends S> start, Consumer<? super S> program) {
        Lincheck.runConcurrentTest(schedules * FACTOR, new Run<>(start, program));
    }

    /**
     * Whether a search finds a mistake. It may take {@value #FOR_A_MISTAKE} times as many schedules as usual, and ends when it has found it.
     *
     * @return what it has found, or the empty text if it has found nothing
     * @throws AssertionError if the search failed by itself
     */
    public static <S> String mistake(Supplier<? extends S> start, Consumer<? super S> program) {
        try {
            search(FOR_A_MISTAKE * ORDINARY, start, program);
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
