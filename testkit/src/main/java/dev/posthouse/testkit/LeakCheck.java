package dev.posthouse.testkit;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.Channel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test that left something behind: a thread, platform or virtual; a descriptor (on Linux); or a channel that it
 * had {@linkplain #track tracked} and not closed. What is on its way out when the test ends gets a moment to go.
 *
 * <p>Use it with {@code @ExtendWith(LeakCheck.class)}, or as a field with {@code @RegisterExtension} where channels are
 * tracked. It looks at the whole process, so tests that run at the same time in one JVM cannot use it.
 */
public final class LeakCheck implements BeforeEachCallback, AfterEachCallback {

    /** How long the last threads and descriptors of a test may take to go. */
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(10);

    /** Threads of the JDK and of the test libraries, and the timer of the process, which come when first needed and stay. */
    private static final Pattern NOT_OURS =
            Pattern.compile("posthouse-timer|ForkJoinPool.*|.*Poller.*|VirtualThread-unblocker"
                    + "|Common-Cleaner|Cleaner-.*|process reaper.*|Attach Listener|C[12] CompilerThread.*|Keep-Alive-.*"
                    + "|awaitility.*|junit-.*|surefire-.*");

    /** A line that opens a thread in a thread dump: {@code #23 "name" virtual ...}. */
    private static final Pattern DUMPED = Pattern.compile("#(\\d+) \"([^\"]*)\"( virtual)?.*");

    private final Duration settle;
    private final Collection<Channel> tracked = new ConcurrentLinkedQueue<>();
    private Map<String, Integer> descriptorsBefore = Map.of();
    private long lastThreadBefore;

    /** Made by JUnit, or as a field. */
    public LeakCheck() {
        this(SETTLE);
    }

    LeakCheck(Duration settle) {
        this.settle = settle;
    }

    /**
     * Wants {@code channel} closed when the test is over.
     *
     * @return {@code channel}
     */
    public <C extends Channel> C track(C channel) {
        tracked.add(channel);
        return channel;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        warmUp(context);
        tracked.clear();
        descriptorsBefore = descriptors();
        lastThreadBefore = newestThreadId();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        if (context.getExecutionException().isPresent()) {
            return; // what a failed test left behind would only hide why it failed
        }
        long giveUp = System.nanoTime() + settle.toNanos();
        List<String> leaks = leaks();
        while (!leaks.isEmpty() && System.nanoTime() < giveUp) {
            LockSupport.parkNanos(POLL.toNanos());
            leaks = leaks();
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError(
                    "left behind by " + context.getDisplayName() + ":\n  " + String.join("\n  ", leaks));
        }
    }

    private List<String> leaks() throws IOException {
        List<String> leaks = new ArrayList<>();
        for (Channel channel : tracked) {
            if (channel.isOpen()) {
                leaks.add("open: " + channel);
            }
        }
        Map<String, Integer> now = descriptors();
        now.forEach((kind, count) -> {
            int before = descriptorsBefore.getOrDefault(kind, 0);
            if (count > before) {
                leaks.add("descriptors: " + count + " × " + kind + ", before it was " + before);
            }
        });
        leaks.addAll(newThreads());
        return leaks;
    }

    /** A thread's number is one higher than that of the thread that was made before it. */
    private static long newestThreadId() {
        return Thread.ofVirtual().unstarted(() -> {}).threadId();
    }

    /** A dump is the one view of the JDK that shows virtual threads too. */
    private List<String> newThreads() throws IOException {
        List<String> found = new ArrayList<>();
        Path directory = Files.createTempDirectory("leak-check");
        Path dump = directory.resolve("threads");
        try {
            ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
                    .dumpThreads(
                            dump.toString(), com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            List<String> lines = Files.readAllLines(dump);
            for (int i = 0; i < lines.size(); i++) {
                Matcher thread = DUMPED.matcher(lines.get(i));
                if (thread.matches()
                        && Long.parseLong(thread.group(1)) > lastThreadBefore
                        && !NOT_OURS.matcher(thread.group(2)).matches()) {
                    found.add("thread: " + lines.get(i) + stackBelow(lines, i + 1));
                }
            }
        } finally {
            Files.deleteIfExists(dump);
            Files.deleteIfExists(directory);
        }
        return found;
    }

    private static String stackBelow(List<String> lines, int from) {
        StringBuilder stack = new StringBuilder();
        for (int i = from;
                i < lines.size() && !lines.get(i).isBlank() && !lines.get(i).startsWith("#");
                i++) {
            stack.append("\n    ").append(lines.get(i).strip());
        }
        return stack.toString();
    }

    /** Open descriptors by kind; empty where the system does not show them. Files of the JDK and jars come and stay. */
    private static Map<String, Integer> descriptors() throws IOException {
        Map<String, Integer> kinds = new TreeMap<>();
        Path directory = Path.of("/proc/self/fd");
        if (!Files.isDirectory(directory)) {
            return kinds;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String target;
                try {
                    target = Files.readSymbolicLink(entry).toString();
                } catch (IOException e) {
                    continue; // closed since it was listed: the listing's own descriptor is one of these
                }
                if (target.startsWith("socket:")) {
                    kinds.merge("socket", 1, Integer::sum);
                } else if (target.startsWith("pipe:")) {
                    kinds.merge("pipe", 1, Integer::sum);
                } else if (target.startsWith("anon_inode:")) {
                    kinds.merge(target.substring("anon_inode:".length()), 1, Integer::sum);
                } else if (!target.endsWith(".jar")
                        && !target.startsWith("/dev/")
                        && !target.startsWith("/proc/")
                        && !target.startsWith(System.getProperty("java.home", "/"))) {
                    kinds.merge("file " + target, 1, Integer::sum);
                }
            }
        }
        return kinds;
    }

    /** Brings up, once for all tests, what the JDK opens at first use and keeps: the pollers under virtual threads. */
    private static void warmUp(ExtensionContext context) {
        context.getRoot()
                .getStore(ExtensionContext.Namespace.create(LeakCheck.class))
                .computeIfAbsent("warm", key -> pollOnce(), Boolean.class);
    }

    private static boolean pollOnce() {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket near = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket far = server.accept()) {
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    int _ = far.getInputStream().read();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            // fills both directions, so that a virtual thread has waited for reading and for writing
            near.getOutputStream().write(1);
            reader.join();
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    far.getOutputStream().write(new byte[32 << 20]);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            near.getInputStream().skipNBytes(32 << 20);
            writer.join();
            return true;
        } catch (IOException e) {
            throw new IllegalStateException("no connection over loopback", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
