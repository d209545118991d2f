package dev.posthouse.bench.contestant;

import dev.posthouse.bench.process.ChildProcesses;
import dev.posthouse.bench.process.RelayProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongUnaryOperator;

/** A relay that speaks rdv: two clients with one token become a pair. */
final class RdvServer implements Contestant<Pair> {
    private final String name;
    private final LongUnaryOperator usableDescriptors;
    private final Function<InetSocketAddress, List<String>> command;
    private final ChildProcesses children;

    /**
     * @param usableDescriptors from the descriptor limit of its process, how many of them it gives to circuits
     * @param command from the address to listen on, program and arguments
     */
    RdvServer(
            String name,
            LongUnaryOperator usableDescriptors,
            ChildProcesses children,
            Function<InetSocketAddress, List<String>> command) {
        this.name = name;
        this.usableDescriptors = usableDescriptors;
        this.children = children;
        this.command = command;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Set<WaitingRole> waits() {
        return Set.of(WaitingRole.PARTNER);
    }

    @Override
    public Duration warmUp() {
        return Forwarder.WARM_UP;
    }

    @Override
    public int pairsWithin(long descriptorLimit) {
        return Forwarder.pairs(usableDescriptors.applyAsLong(descriptorLimit), 2);
    }

    @Override
    public RunningRelay<Pair> start() throws IOException {
        InetSocketAddress listen = Loopback.freeAddress();
        return new Running(listen, children.start(name, command.apply(listen), listen));
    }

    private static final class Running implements RunningLobby<Pair> {
        private final InetSocketAddress server;
        private final RelayProcess process;
        private final Loopback loopback = new Loopback();
        private final AtomicLong tokens = new AtomicLong();

        Running(InetSocketAddress server, RelayProcess process) {
            this.server = server;
            this.process = process;
        }

        @Override
        public Optional<RelayProcess> process() {
            return Optional.of(process);
        }

        @Override
        public Pair openPair(int slot) throws IOException {
            String token = "pair-" + tokens.incrementAndGet();
            SocketChannel acceptorChannel = loopback.connect(server);
            try {
                var acceptor = new RdvEnd(acceptorChannel);
                acceptor.request("ACCEPT", token, server);
                SocketChannel dialerChannel = loopback.connect(server);
                try {
                    return meet(acceptor, new RdvEnd(dialerChannel), token);
                } catch (IOException e) {
                    dialerChannel.close();
                    throw e;
                }
            } catch (IOException e) {
                acceptorChannel.close();
                throw e;
            }
        }

        private Pair meet(RdvEnd acceptor, RdvEnd dialer, String token) throws IOException {
            dialer.request("DIAL", token, server);
            dialer.awaitSwitch();
            dialer.sendContinue();
            acceptor.awaitSwitch();
            acceptor.awaitContinue();
            dialer.sendByte();
            acceptor.awaitByte();
            acceptor.sendByte();
            dialer.awaitByte();
            return new Pair(dialer.circuit(), acceptor.circuit());
        }

        @Override
        public Held openWaiting(WaitingRole role, int slot) throws IOException {
            SocketChannel channel = loopback.connect(server);
            try {
                new RdvEnd(channel).request("ACCEPT", "waiting-" + tokens.incrementAndGet(), server);
                return new SilentPeer(channel);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public void close() {
            process.close();
        }
    }
}
