package dev.posthouse.bench.contestant;

import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.bench.process.RelayProcess;
import dev.posthouse.crypto.Ed25519PublicKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/** A relay that speaks Offset. */
final class OffsetRelay implements Contestant<Tunnel> {
    /** By then a JVM that starts cold beside a load on two cores has compiled what bulk takes (measured). */
    private static final Duration WARM_UP = Duration.ofSeconds(5);

    private final String name;
    private final Ed25519PublicKey key;
    private final LongUnaryOperator usableDescriptors;
    private final boolean variant;
    private final Function<InetSocketAddress, List<String>> command;
    private final ChildProcesses children;

    private OffsetRelay(
            String name,
            Ed25519PublicKey key,
            LongUnaryOperator usableDescriptors,
            boolean variant,
            Function<InetSocketAddress, List<String>> command,
            ChildProcesses children) {
        this.name = name;
        this.key = key;
        this.usableDescriptors = usableDescriptors;
        this.variant = variant;
        this.command = command;
        this.children = children;
    }

    /**
     * A contestant.
     *
     * @param key of the identity that {@code command} gives it
     * @param usableDescriptors from the descriptor limit of its process, how many of them it gives to circuits
     * @param command from the address to listen on, program and arguments
     */
    static OffsetRelay of(
            String name,
            Ed25519PublicKey key,
            LongUnaryOperator usableDescriptors,
            ChildProcesses children,
            Function<InetSocketAddress, List<String>> command) {
        return new OffsetRelay(name, key, usableDescriptors, false, command, children);
    }

    /** The same as a variant of another contestant. */
    OffsetRelay asVariant() {
        return new OffsetRelay(name, key, usableDescriptors, true, command, children);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<WaitingRole> waits() {
        return EnumSet.of(WaitingRole.CALLERS, WaitingRole.ANSWER);
    }

    @Override
    public boolean isVariant() {
        return variant;
    }

    @Override
    public int pairsWithin(long descriptorLimit) {
        return Forwarder.pairs(usableDescriptors.applyAsLong(descriptorLimit), 2);
    }

    @Override
    public Duration warmUp() {
        return WARM_UP;
    }

    @Override
    public RunningRelay<Tunnel> start() throws IOException {
        InetSocketAddress listen = Loopback.freeAddress();
        RelayProcess process = children.start(name, command.apply(listen), listen);
        try {
            return new Running(process, OffsetClients.of(listen, key));
        } catch (IOException e) {
            process.close();
            throw e;
        }
    }

    private record Running(RelayProcess relay, OffsetClients clients) implements RunningLobby<Tunnel> {

        @Override
        public Optional<RelayProcess> process() {
            return Optional.of(relay);
        }

        @Override
        public Tunnel openPair(int slot) throws IOException {
            return clients.openTunnel(slot);
        }

        @Override
        public Held openWaiting(WaitingRole role, int slot) throws IOException {
            return clients.openWaiting(role, slot);
        }

        @Override
        public void close() {
            relay.close();
            clients.close();
        }
    }
}
