package dev.posthouse.net.punch;

import dev.posthouse.net.TcpStream;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.net.address.IpAddress;
import dev.posthouse.net.address.OwnAddresses;
import dev.posthouse.net.address.SourceProbe;
import dev.posthouse.net.dial.HappyEyeballs.Dialed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/**
 * The two programs that {@link PunchMatrix} runs inside the NAT laboratory.
 *
 * <p>{@code relay PORT SKEW}: a rendezvous. Each client sends one line, its role and candidates; when both are there
 * each gets the other's candidates with the observed address, the acceptor SKEW milliseconds later than the dialer.
 *
 * <p>{@code peer ROLE ROUNDS SECONDS RELAY...}: meets and punches ROUNDS times, and prints one line for each.
 */
final class PunchProbe {

    private static final int HEADER = 8;

    private PunchProbe() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "relay" -> relay(Integer.parseInt(args[1]), Long.parseLong(args[2]));
            case "peer" -> {
                List<InetSocketAddress> relays = new ArrayList<>();
                for (String address : List.of(args).subList(4, args.length)) {
                    relays.add(AddressPort.parse(address).toSocketAddress());
                }
                for (int round = 0; round < Integer.parseInt(args[2]); round++) {
                    System.out.println(meet(args[1], round, Duration.ofSeconds(Long.parseLong(args[3])), relays));
                }
            }
            default -> throw new IllegalArgumentException("relay or peer, not " + args[0]);
        }
    }

    private record Client(Socket socket, String role, String candidates) {}

    private static void relay(int port, long skew) throws IOException, InterruptedException {
        try (var server = new ServerSocket(port)) {
            Optional<Client> waiting = Optional.empty();
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                String[] line = reader(socket).readLine().split(" ", 2);
                AddressPort observed = AddressPort.of((InetSocketAddress) socket.getRemoteSocketAddress());
                var client = new Client(socket, line[0], line[1].isEmpty() ? "" + observed : line[1] + ", " + observed);
                if (waiting.isEmpty()) {
                    waiting = Optional.of(client);
                    continue;
                }
                Client other = waiting.get();
                waiting = Optional.empty();
                boolean first = client.role().equals("dialer");
                answer(first ? client : other, first ? other : client);
                TimeUnit.MILLISECONDS.sleep(skew);
                answer(first ? other : client, first ? client : other);
            }
        }
    }

    private static void answer(Client to, Client about) throws IOException {
        to.socket().getOutputStream().write((about.candidates() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static BufferedReader reader(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
    }

    private static String meet(String role, int round, Duration patience, List<InetSocketAddress> relays)
            throws IOException, InterruptedException {
        AddressSpaces spaces = AddressSpaces.DEFAULT;
        try (PunchSocket socket = PunchSocket.open(PunchSocket.Options.of(CandidatePolicy.of(spaces)))) {
            Dialed relay = socket.dialRelay("the relay", relays, Duration.ofSeconds(20));
            var own = OwnAddresses.probe(spaces, SourceProbe.udp()).candidates(socket.port());
            String line = role + " " + AddressPort.formatList(own) + "\n";
            relay.stream().write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
            var in = new BufferedReader(Channels.newReader(relay.stream(), StandardCharsets.US_ASCII));
            String answer = Optional.ofNullable(in.readLine()).orElseThrow(() -> new IOException("the relay is gone"));
            long start = System.nanoTime();
            List<InetSocketAddress> candidates = AddressPort.parseList(answer).stream()
                    .map(AddressPort::toSocketAddress)
                    .toList();
            String result;
            var pacing = Pacing.from(relay.roundTrip());
            try (Race race = socket.race(candidates, pacing)) {
                Optional<Arrival> won = choose(race, role, round, patience);
                long millis = (System.nanoTime() - start) / 1_000_000;
                result = won.map(arrival -> "direct " + millis + " " + (arrival.inbound() ? "in" : "out"))
                        .orElse("none " + millis + " -");
                if (won.isPresent()) {
                    end(won.get().stream());
                }
                result += " rtt=" + relay.roundTrip().toMillis() + " " + outcomes(race);
            }
            return role + " " + round + " " + result;
        }
    }

    /** Each end waits for the other's, so that no reset overtakes the choice. */
    private static void end(TcpStream stream) {
        try {
            stream.shutdownOutput();
            stream.readTimeout(Duration.ofSeconds(2));
            stream.read(ByteBuffer.allocate(1));
        } catch (IOException e) {
            // the other end was quicker
        }
        stream.abort();
    }

    private static String outcomes(Race race) {
        return race.attempts().stream()
                .map(attempt -> (attempt.inbound() ? "from " : "to ")
                        + IpAddress.of(attempt.remote().getAddress()) + ":"
                        + attempt.remote().getPort() + " "
                        + attempt.outcome() + " " + attempt.millis() + "ms")
                .collect(Collectors.joining(" | ", "[", "]"));
    }

    /** Headers on each arrival; the dialer confirms the first good one, the acceptor takes the one confirmed. */
    private static Optional<Arrival> choose(Race race, String role, int round, Duration patience)
            throws InterruptedException {
        var chosen = new CompletableFuture<Arrival>();
        var collector = Thread.ofVirtual().start(() -> {
            try {
                while (race.isOpen() && !chosen.isDone()) {
                    race.next(Duration.ofMillis(100)).ifPresent(arrival -> Thread.ofVirtual()
                            .start(() -> shake(arrival, role, round, chosen, patience.dividedBy(5))));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return Optional.of(chosen.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException | ExecutionException e) {
            return Optional.empty();
        } finally {
            collector.interrupt();
        }
    }

    private static void shake(
            Arrival arrival, String role, int round, CompletableFuture<Arrival> chosen, Duration limit) {
        boolean dialer = role.equals("dialer");
        try {
            arrival.stream().readTimeout(limit);
            arrival.stream().write(header(dialer, round));
            if (!read(arrival.stream(), HEADER).equals(header(!dialer, round))) {
                arrival.rejected("other header");
                return;
            }
            if (dialer) {
                synchronized (chosen) {
                    if (!chosen.isDone()) {
                        arrival.stream().write(ByteBuffer.wrap(new byte[] {'C'}));
                        arrival.chosen();
                        chosen.complete(arrival);
                    }
                }
            } else {
                arrival.stream().readTimeout(Duration.ZERO);
                read(arrival.stream(), 1);
                arrival.chosen();
                chosen.complete(arrival);
            }
        } catch (IOException e) {
            arrival.rejected(String.valueOf(e.getMessage()));
        }
    }

    private static ByteBuffer header(boolean dialer, int round) {
        return ByteBuffer.allocate(HEADER).putInt(dialer ? 1 : 2).putInt(round).flip();
    }

    private static ByteBuffer read(TcpStream stream, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count);
        while (into.hasRemaining()) {
            if (stream.read(into) < 0) {
                throw new IOException("ended after " + into.position() + " bytes");
            }
        }
        return into.flip();
    }
}
