package dev.posthouse.net;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One race of connection attempts. The caller's thread starts the attempts and takes their outcomes from a queue; each
 * attempt runs on a virtual thread of its own. Closing the race closes every channel but the winner's, which also ends
 * what is still under way.
 */
final class DialRace implements AutoCloseable {

    /** What became of one attempt: connected if there is no error. */
    private record Outcome(
            InetSocketAddress address,
            SocketChannel channel,
            @Nullable Exception error) {}

    private final String target;
    private final Optional<Integer> localPort;
    private final LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final Map<InetSocketAddress, SocketChannel> started = new LinkedHashMap<>();
    private final Map<InetSocketAddress, String> failed = new LinkedHashMap<>();
    private @Nullable Exception lastError;

    /** @param target names in errors what is dialled */
    DialRace(String target, Optional<Integer> localPort) {
        this.target = target;
        this.localPort = localPort;
    }

    /**
     * Runs it, once.
     *
     * @param addresses in the order in which they are tried; taken from
     * @param deadline by {@link System#nanoTime()}; empty for none
     */
    TcpStream run(Deque<InetSocketAddress> addresses, Optional<Long> deadline)
            throws IOException, InterruptedException {
        while (true) {
            // once at the beginning, then after each wait: it ended by a failure, or 250 ms brought no answer
            if (!addresses.isEmpty()) {
                start(addresses.remove());
            }
            if (addresses.isEmpty() && failed.keySet().containsAll(started.keySet())) {
                throw new PeerUnreachable(target + " cannot be reached: " + outcomesSoFar(), lastError);
            }
            long left = deadline.map(at -> at - System.nanoTime()).orElse(Long.MAX_VALUE);
            if (left <= 0) {
                throw new TimedOut("no answer from " + target + " in time: " + outcomesSoFar(), lastError);
            }
            long wait = addresses.isEmpty() ? left : Math.min(left, TcpDialer.STAGGER.toNanos());
            Outcome outcome = outcomes.poll(wait, TimeUnit.NANOSECONDS);
            if (outcome == null) {
                continue;
            }
            Exception error = outcome.error();
            if (error == null) {
                TcpStream stream = new TcpStream(outcome.channel());
                started.remove(outcome.address()); // the caller's from now on
                return stream;
            }
            fail(outcome.address(), error);
        }
    }

    private void start(InetSocketAddress address) {
        SocketChannel channel;
        try {
            channel = open(address);
        } catch (IOException | UnsupportedOperationException e) {
            fail(address, e);
            return;
        }
        started.put(address, channel);
        Thread.ofVirtual().name("dial " + address).start(() -> {
            try {
                channel.socket().connect(address, Math.toIntExact(TcpDialer.ATTEMPT_LIMIT.toMillis()));
                outcomes.add(new Outcome(address, channel, null));
            } catch (IOException | RuntimeException e) {
                outcomes.add(new Outcome(address, channel, e));
            }
        });
    }

    private SocketChannel open(InetSocketAddress address) throws IOException {
        boolean four = address.getAddress() instanceof Inet4Address;
        SocketChannel channel = SocketChannel.open(four ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6);
        try {
            if (localPort.isPresent()) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                if (channel.supportedOptions().contains(StandardSocketOptions.SO_REUSEPORT)) {
                    channel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
                }
                channel.bind(new InetSocketAddress(InetAddress.ofLiteral(four ? "0.0.0.0" : "::"), localPort.get()));
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void fail(InetSocketAddress address, Exception error) {
        lastError = error;
        String reason = error instanceof SocketTimeoutException
                ? "no answer within " + TcpDialer.ATTEMPT_LIMIT.toSeconds() + " s"
                : String.valueOf(error.getMessage());
        failed.put(address, reason);
    }

    private String outcomesSoFar() {
        Map<InetSocketAddress, String> all = new LinkedHashMap<>();
        started.keySet().forEach(address -> all.put(address, "no answer"));
        all.putAll(failed);
        return all.entrySet().stream()
                .map(each -> show(each.getKey()) + " (" + each.getValue() + ")")
                .collect(Collectors.joining(", "));
    }

    private static String show(InetSocketAddress address) {
        String literal = address.getAddress().getHostAddress();
        return (literal.contains(":") ? "[" + literal + "]" : literal) + ":" + address.getPort();
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : started.values()) {
            channel.close();
        }
    }
}
