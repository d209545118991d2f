package dev.posthouse.bench.contestant;

import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.bench.process.RelayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A relay that connects each connection it gets to one target; and, with no command, no relay: the same load straight to
 * the target.
 */
final class Forwarder implements Contestant<Pair> {

    /** How to start one. */
    @FunctionalInterface
    interface Command {
        /** @return program and arguments */
        List<String> toRun(InetSocketAddress listen, InetSocketAddress target) throws IOException;
    }

    /** For sockets and files that have nothing to do with pairs, many times over. */
    private static final int SPARE_DESCRIPTORS = 600;

    /** Of a contestant of which nothing else is known. */
    static final Duration WARM_UP = Duration.ofSeconds(1);

    private final String name;
    private final int descriptorsForPair;
    private final Duration warmUp;
    private final Optional<Command> command;
    private final ChildProcesses children;

    private Forwarder(
            String name, int descriptorsForPair, Duration warmUp, Optional<Command> command, ChildProcesses children) {
        this.name = name;
        this.descriptorsForPair = descriptorsForPair;
        this.warmUp = warmUp;
        this.command = command;
        this.children = children;
    }

    /** @param descriptorsForPair how many it holds for an idle pair */
    static Forwarder of(String name, int descriptorsForPair, ChildProcesses children, Command command) {
        return new Forwarder(name, descriptorsForPair, WARM_UP, Optional.of(command), children);
    }

    /** The same with a warm-up of its own. */
    Forwarder warmingUpFor(Duration time) {
        return new Forwarder(name, descriptorsForPair, time, command, children);
    }

    static Forwarder none(ChildProcesses children) {
        return new Forwarder("no-relay", 2, WARM_UP, Optional.empty(), children);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isRelay() {
        return command.isPresent();
    }

    @Override
    public Duration warmUp() {
        return warmUp;
    }

    @Override
    public int pairsWithin(long descriptorLimit) {
        return pairs(descriptorLimit, descriptorsForPair);
    }

    /** How many pairs can be held with {@code descriptors}, if each takes {@code forPair}. */
    static int pairs(long descriptors, int forPair) {
        return (int) Math.min(Integer.MAX_VALUE, (descriptors - SPARE_DESCRIPTORS) / forPair);
    }

    @Override
    public RunningRelay<Pair> start() throws IOException {
        var target = new Target();
        try {
            if (command.isEmpty()) {
                return new Running(target, target.address(), Optional.empty());
            }
            InetSocketAddress listen = Loopback.freeAddress();
            List<String> line = command.get().toRun(listen, target.address());
            return new Running(target, listen, Optional.of(children.start(name, line, listen)));
        } catch (IOException e) {
            target.close();
            throw e;
        }
    }

    private static final class Running implements RunningRelay<Pair> {
        private final Target target;
        private final InetSocketAddress entrance;
        private final Optional<RelayProcess> process;
        private final Loopback loopback = new Loopback();

        Running(Target target, InetSocketAddress entrance, Optional<RelayProcess> process) {
            this.target = target;
            this.entrance = entrance;
            this.process = process;
        }

        @Override
        public Optional<RelayProcess> process() {
            return process;
        }

        @Override
        public Pair openPair(int slot) throws IOException {
            SocketChannel dialer = loopback.connect(entrance);
            try {
                ByteBuffer one = ByteBuffer.allocate(1).put((byte) slot).flip();
                dialer.write(one);
                one.clear();
                if (dialer.read(one) < 1) {
                    throw new IOException("the relay closed a new connection");
                }
                return new Pair(dialer, target.take(slot));
            } catch (IOException e) {
                dialer.close();
                throw e;
            }
        }

        @Override
        public void close() {
            process.ifPresent(RelayProcess::close);
            try {
                target.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
