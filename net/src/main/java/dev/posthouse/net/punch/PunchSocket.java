package dev.posthouse.net.punch;

import dev.posthouse.net.address.OwnNetworks;
import dev.posthouse.net.dial.HappyEyeballs;
import dev.posthouse.net.dial.HappyEyeballs.Dialed;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * One local TCP port for a whole attempt to meet: it listens on both address families, and the relay and the peer's
 * candidates are dialled from it. It can outlive a {@link Race}, or see several one after another, and goes on taking
 * connections until it is closed.
 *
 * <p><b>Threads.</b> Every method may be called from any thread. The socket has one daemon thread of its own.
 */
public final class PunchSocket implements AutoCloseable {

    private final ReusedPort port;
    private final CandidatePolicy policy;
    private final RandomGenerator random;
    private final PunchLoop loop;
    private final AtomicBoolean closed = new AtomicBoolean();

    private final ReentrantLock lock = new ReentrantLock();
    /** Guarded by {@link #lock}. */
    private final Set<InetSocketAddress> relays = new HashSet<>();
    /** Guarded by {@link #lock}. */
    private final Set<HappyEyeballs> relayDials = new HashSet<>();

    /**
     * How a socket is opened.
     *
     * @param policy which candidates are dialled, and from where connections are taken
     * @param port the local port; 0 lets the system choose
     * @param random for the pauses between redials; used by the socket's thread alone
     */
    public record Options(CandidatePolicy policy, int port, RandomGenerator random) {

        /** Any free port, and pauses that nobody can foresee. */
        public static Options of(CandidatePolicy policy) {
            return new Options(policy, 0, new SplittableRandom());
        }

        /** The same on this port. */
        public Options port(int wanted) {
            return new Options(policy, wanted, random);
        }
    }

    private PunchSocket(ReusedPort port, Options options) throws IOException {
        this.port = port;
        this.policy = options.policy();
        this.random = options.random();
        this.loop = new PunchLoop(port, policy);
    }

    /**
     * Listens on every address of this host, both families where it has both.
     *
     * @throws IOException if the port is taken by a socket that does not share it, or may not be used
     */
    public static PunchSocket open(Options options) throws IOException {
        ReusedPort port = ReusedPort.open(options.port());
        try {
            var socket = new PunchSocket(port, options);
            socket.loop.start();
            return socket;
        } catch (IOException | RuntimeException e) {
            port.close();
            throw e;
        }
    }

    /** The local port of everything here. */
    public int port() {
        return port.port();
    }

    /** What it dials and takes. */
    public CandidatePolicy policy() {
        return policy;
    }

    /**
     * Connects to the relay from this port, as {@link HappyEyeballs} does. Blocks the calling thread. The addresses are never dialled as
     * candidates later.
     *
     * @param name in errors, of what is dialled
     * @param addresses the relay's, resolved; at least one
     * @param limit for all of it, positive
     * @throws dev.posthouse.net.PeerUnreachable if every address failed; the message has each one's error. If it was
     *     "Cannot assign requested address", an earlier connection from the same port is not yet forgotten: another port
     *     helps
     * @throws dev.posthouse.net.TimedOut if none answered within {@code limit}
     * @throws InterruptedIOException if the calling thread was interrupted, which stays set
     * @throws IOException if this socket was closed
     * @throws IllegalArgumentException if there is no address, or one is unresolved
     */
    public Dialed dialRelay(String name, List<InetSocketAddress> addresses, Duration limit) throws IOException {
        if (addresses.isEmpty() || addresses.stream().anyMatch(InetSocketAddress::isUnresolved)) {
            throw new IllegalArgumentException("a relay has one resolved address or more, not " + addresses);
        }
        var dial = new HappyEyeballs(name, addresses, port::channelTo);
        lock.lock();
        try {
            if (closed.get()) {
                throw new ClosedChannelException();
            }
            relays.addAll(addresses);
            relayDials.add(dial);
        } finally {
            lock.unlock();
        }
        try (dial) {
            return dial.run(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while dialling " + name);
        } finally {
            lock.lock();
            try {
                relayDials.remove(dial);
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Starts dialling the candidates that the policy lets through. Connections that came in before go to the race too, and
     * so do all later ones until it is closed.
     *
     * @param candidates all that the peer sent
     * @param pacing {@link Pacing#from} the measured round trip to the relay
     * @throws IllegalStateException if another race of this socket is still open
     * @throws IOException if this socket is closed
     */
    public Race race(List<InetSocketAddress> candidates, Pacing pacing) throws IOException {
        Set<InetSocketAddress> known;
        lock.lock();
        try {
            known = Set.copyOf(relays);
        } finally {
            lock.unlock();
        }
        var race = new Race(
                loop, policy.judge(candidates, known, port::isOwn, OwnNetworks.ofHost()), pacing, policy, random);
        var begun = new AtomicBoolean();
        loop.call(() -> begun.set(loop.begin(race)));
        if (!begun.get()) {
            if (loop.isClosed()) {
                throw new ClosedChannelException();
            }
            throw new IllegalStateException("one race at a time: close the other one first");
        }
        return race;
    }

    /**
     * Waits for a connection that came in while there was no race.
     *
     * @param limit how long, zero for not at all
     * @return empty if the time is up, or if this socket was closed
     * @throws InterruptedException if the calling thread is interrupted; the socket stays open
     */
    public Optional<Arrival> nextInbound(Duration limit) throws InterruptedException {
        return loop.inbound().next(limit);
    }

    /**
     * Closes the listener, every dial, the race, and the connections that nobody has taken; those that were taken stay
     * open. When it returns, no thread or descriptor of this socket is left. A second call does nothing.
     */
    @Override
    public void close() {
        closed.set(true);
        lock.lock();
        try {
            relayDials.forEach(HappyEyeballs::close);
        } finally {
            lock.unlock();
        }
        loop.close();
    }
}
