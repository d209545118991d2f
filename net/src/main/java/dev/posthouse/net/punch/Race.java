package dev.posthouse.net.punch;

import dev.posthouse.net.TcpStream;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.connection.Report;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The attempts to connect directly to one peer: dials all of its candidates again and again, and takes what comes in,
 * until it is closed. It never chooses; each connection that comes about is an {@link Arrival}, and the others go on.
 *
 * <p><b>Threads.</b> The public methods may be called from any thread. The dials belong to the socket's loop, the
 * methods for which are marked so.
 */
public final class Race implements AutoCloseable {

    /**
     * How often all candidates together are dialled: what four candidates could use up, since a peer that names more
     * addresses that all refuse is not looking for a connection.
     */
    static final int MAX_ATTEMPTS = 4 * Redial.MAX_ATTEMPTS;

    /** What became of a candidate whose handling failed for a reason of this process's own: no memory, for one. */
    static final String BROKEN = "given up after an internal error";

    private final PunchLoop loop;
    private final ArrivalQueue arrivals = new ArrivalQueue();
    private final AttemptLog log = new AttemptLog(System::nanoTime);
    private final CandidatePolicy policy;

    // Owned by the loop's thread.
    private final List<Target> targets = new ArrayList<>();
    private final long started = System.nanoTime();
    private final AttemptBudget budget = new AttemptBudget();
    private int attempts;
    private int turns;

    private volatile boolean open = true;
    private volatile boolean attemptsLeft;

    Race(
            PunchLoop loop,
            List<CandidatePolicy.Verdict> verdicts,
            Pacing pacing,
            CandidatePolicy policy,
            RandomGenerator random) {
        this.loop = loop;
        this.policy = policy;
        for (CandidatePolicy.Verdict verdict : verdicts) {
            AttemptLog.Entry entry = log.open(verdict.remote(), false);
            if (verdict.refusal().isPresent()) {
                entry.became("not tried: " + verdict.refusal().get());
            } else {
                targets.add(new Target(
                        verdict.remote(), new Redial(pacing, mayBeNat(verdict.remote()), random), entry, sinceStart()));
            }
        }
        attemptsLeft = !targets.isEmpty();
    }

    /**
     * Waits for the next connection, outbound or inbound, in the order in which they came about.
     *
     * @param limit how long, zero for not at all
     * @return empty if the time is up, or if this race was closed
     * @throws InterruptedException if the calling thread is interrupted; the race goes on
     */
    public Optional<Arrival> next(Duration limit) throws InterruptedException {
        return arrivals.next(limit);
    }

    /** Whether it has not been closed, neither by {@link #close()} nor with its socket. */
    public boolean isOpen() {
        return open;
    }

    /**
     * Whether any candidate may still be dialled or is connected. If not, only the peer can bring a connection about, by
     * dialling this end.
     */
    public boolean hasAttemptsLeft() {
        return attemptsLeft;
    }

    /**
     * What has happened so far, for a {@link Report}: one record for each candidate, also those that were not tried, and
     * one for each connection that came in; in the order in which they ended. Complete once the race is closed.
     */
    public List<Report.Attempt> attempts() {
        return log.attempts();
    }

    /**
     * Ends all attempts, and aborts the connections that nobody has taken with {@link #next}. The others stay their
     * takers'. The socket goes on listening. A second call does nothing.
     */
    @Override
    public void close() {
        loop.call(() -> loop.end(this));
    }

    /** Loop's thread: how long until {@link #step} has something to do, in nanoseconds. */
    long untilDue() {
        long due = Long.MAX_VALUE;
        for (Target target : targets) {
            due = Math.min(due, target.dueAt());
        }
        return due == Long.MAX_VALUE ? due : due - sinceStart();
    }

    /**
     * Loop's thread: starts the attempts that are due, then gives up those whose time is over. What one of them throws ends
     * that one.
     */
    void step(ReusedPort port, Selector selector) {
        // Begun with another one each time: what is left of the budget is nobody's in particular.
        turns++;
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(Math.floorMod(turns + i, targets.size()));
            try {
                step(target, port, selector);
            } catch (Throwable e) {
                target.giveUp(BROKEN);
                PunchLoop.survived("dialling " + target.remote(), e);
            }
        }
        attemptsLeft = !targets.stream().allMatch(Target::givenUp);
    }

    private void step(Target target, ReusedPort port, Selector selector) {
        long now = sinceStart();
        if (!target.wantsAttempt(now)) {
            target.expire(now);
            return;
        }
        if (attempts == MAX_ATTEMPTS) {
            target.giveUp("given up after " + MAX_ATTEMPTS + " attempts in all");
            return;
        }
        if (!budget.take(now)) {
            target.postpone(budget.nextAt(now));
            return;
        }
        attempts++;
        if (target.attempt(port, selector, now)) {
            loop.handOver(target);
        }
    }

    /** Loop's thread: the selector has something to say about the attempt at {@code target}. */
    void ready(Target target) {
        if (target.finish(sinceStart())) {
            loop.handOver(target);
        }
    }

    /** Loop's thread: {@code channel}, connected, blocking and in no selector, is what {@code target} came to. */
    void outbound(Target target, SocketChannel channel) {
        TcpStream stream;
        try {
            stream = new TcpStream(channel);
        } catch (IOException e) {
            closeQuietly(channel);
            target.log().became("connected and broken at once");
            target.released(sinceStart());
            return;
        }
        offer(
                new Arrival(
                        stream, target.remote(), false, target.log()::became, () -> loop.call(() -> release(target))),
                List.of(target));
    }

    /** Loop's thread: {@code arrival} came in while this race is on. */
    void inbound(TcpStream stream, InetSocketAddress remote) {
        AttemptLog.Entry entry = log.open(remote, true);
        Optional<String> refusal = policy.refusal(remote.getAddress());
        if (refusal.isPresent()) {
            entry.became("closed: " + refusal.get());
            stream.abort();
            return;
        }
        entry.became("connected");
        List<Target> same = targets.stream()
                .filter(target -> target.remote().equals(remote))
                .toList();
        same.forEach(Target::occupied);
        boolean queued = offer(
                new Arrival(stream, remote, true, entry::became, () -> loop.call(() -> same.forEach(this::release))),
                same);
        if (!queued) {
            entry.became("closed: too many at a time");
        }
    }

    private void release(Target target) {
        if (open) {
            target.released(sinceStart());
        }
    }

    private boolean offer(Arrival arrival, List<Target> occupied) {
        boolean queued = arrivals.offer(arrival);
        if (!queued) {
            arrival.stream().abort();
            occupied.forEach(this::release);
        }
        return queued;
    }

    /** Loop's thread: closes everything. */
    void end() {
        open = false;
        targets.forEach(target -> target.giveUp("given up"));
        attemptsLeft = false;
        arrivals.close();
    }

    /** Loop's thread. Private networks and this host have no NAT before them that a SYN of ours could open. */
    private static boolean mayBeNat(InetSocketAddress remote) {
        return AddressSpaces.PUBLIC.includes(remote.getAddress());
    }

    private long sinceStart() {
        return System.nanoTime() - started;
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing is left that could be done about a descriptor that does not close
        }
    }
}
