package dev.posthouse.interop.nat;

import dev.posthouse.interop.nat.lab.LineProcess;
import dev.posthouse.interop.nat.lab.NatLab;
import dev.posthouse.interop.nat.peer.Outcome;
import dev.posthouse.interop.nat.peer.TryCommand;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes the tries of one cell in a laboratory of its own, pair after pair. One thread. */
final class CellRun implements AutoCloseable {

    /** Each way, in each try: several of a TCP window's beginnings, yet seconds at most where packets are lost. */
    private static final int BYTES = 100_000;

    /** For a path with loss, where the system repeats a SYN after 1, 3 and 7 seconds. */
    private static final Duration LONG_TIMEOUT = Duration.ofSeconds(60);

    /** Far more than any cell takes, so that a failure is a failure and no late success. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Where nothing is to connect, waiting long proves nothing more. */
    private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration TRANSFER = Duration.ofSeconds(60);

    /** Beyond both of them before a process that does not answer counts as lost. */
    private static final Duration MARGIN = Duration.ofSeconds(10);

    /** The relay's host. */
    private static final String RELAY = "relay";

    private final SecureRandom random = new SecureRandom();
    private final Cell cell;
    private final NatLab lab;
    private final Peers peers;
    private long nextId = 1;

    private CellRun(Cell cell, NatLab lab, Peers peers) {
        this.cell = cell;
        this.lab = lab;
        this.peers = peers;
    }

    /** Builds the cell's laboratory under {@code name}. */
    static CellRun open(Cell cell, String name, Options options) throws IOException {
        NatLab lab = NatLab.up(options.natlab(), name, cell.topology());
        try {
            for (Cell.Condition condition : cell.conditions()) {
                lab.set(condition.host(), condition.settings());
            }
            return new CellRun(cell, lab, new Peers(lab, options));
        } catch (IOException e) {
            lab.close();
            throw e;
        }
    }

    /** Makes the tries of a pair. What goes wrong is in the tally; an interrupt alone is thrown. */
    Tally run(Pair pair, int tries) throws InterruptedIOException {
        var made = new ArrayList<Try>();
        try {
            String server = peers.relay(pair.relay(), cell.isIpv6Only());
            for (int i = 0; i < tries; i++) {
                made.add(attempt(pair, server, i % 2 == 0));
            }
            return new Tally(cell, pair, made, Optional.empty());
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return new Tally(cell, pair, made, Optional.of(String.valueOf(e.getMessage())));
        }
    }

    /** One end of a try. */
    private record End(String host, Program program, String method, long id, LineProcess process) {}

    private Try attempt(Pair pair, String server, boolean dialerFirst) throws IOException {
        long id = nextId++;
        String token = new BigInteger(128, random).toString(Character.MAX_RADIX);
        var dialer = new End("a", pair.dialer(), "dial", id, peers.peer("a", pair.dialer()));
        var acceptor = new End("b", pair.acceptor(), "accept", id, peers.peer("b", pair.acceptor()));
        for (End end : dialerFirst ? List.of(dialer, acceptor) : List.of(acceptor, dialer)) {
            begin(end, server, token, pair);
        }
        if (cell.cutRelay()) {
            return cutWhileConnected(dialer, acceptor);
        }
        return new Try(outcome(dialer), outcome(acceptor));
    }

    private void begin(End end, String server, String token, Pair pair) throws LineProcess.Lost {
        var command = new TryCommand(
                end.id(),
                end.method(),
                server,
                token,
                timeout(pair).toMillis(),
                TRANSFER.toMillis(),
                BYTES,
                cell.cutRelay() && end.program() == Program.OURS);
        end.process().tell(command.toJson());
    }

    private Duration timeout(Pair pair) {
        if (cell.expected().get(pair) == Expected.FAILED) {
            return SHORT_TIMEOUT;
        }
        return cell.isLossy() ? LONG_TIMEOUT : TIMEOUT;
    }

    /** Each end of ours holds half of its bytes back until the relay is gone. */
    private Try cutWhileConnected(End dialer, End acceptor) throws IOException {
        List<End> holding = Stream.of(dialer, acceptor)
                .filter(end -> end.program() == Program.OURS)
                .toList();
        var failed = new HashMap<End, Outcome>();
        for (End end : holding) {
            failure(end).ifPresent(outcome -> failed.put(end, outcome));
        }
        if (!failed.isEmpty()) {
            // What has connected waits for a word that will not come, and is started anew with the next try.
            peers.drop(dialer.host(), dialer.program());
            peers.drop(acceptor.host(), acceptor.program());
            Outcome other = Outcome.failed(dialer.id(), 0, "given up, since the other end has failed");
            return new Try(failed.getOrDefault(dialer, other), failed.getOrDefault(acceptor, other));
        }
        lab.cut(RELAY);
        try {
            for (End end : holding) {
                end.process().tell(TryCommand.RESUME);
            }
            return new Try(outcome(dialer), outcome(acceptor));
        } finally {
            lab.heal(RELAY);
        }
    }

    /** Waits for an end that holds: empty once it is connected, or how it failed. */
    private Optional<Outcome> failure(End end) throws InterruptedIOException {
        try {
            String said = end.process().answer(LONG_TIMEOUT.plus(MARGIN));
            return said.contains("\"event\"") ? Optional.empty() : Optional.of(Outcome.parse(said));
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of(Outcome.failed(end.id(), 0, String.valueOf(e.getMessage())));
        }
    }

    /** An end's answer. One whose process is lost has failed, and gets a new process. */
    private Outcome outcome(End end) throws InterruptedIOException {
        try {
            String said = end.process().answer(LONG_TIMEOUT.plus(TRANSFER).plus(MARGIN));
            Outcome outcome = Outcome.parse(said);
            if (outcome.id() == end.id()) {
                return outcome;
            }
            peers.drop(end.host(), end.program());
            return Outcome.failed(end.id(), 0, "answered to another command: " + said);
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException | IllegalArgumentException e) {
            peers.drop(end.host(), end.program());
            return Outcome.failed(end.id(), 0, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() throws IOException {
        try {
            peers.close();
        } finally {
            lab.close();
        }
    }
}
