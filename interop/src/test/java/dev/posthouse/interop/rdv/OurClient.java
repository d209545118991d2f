package dev.posthouse.interop.rdv;

import dev.posthouse.interop.process.Payload;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.connection.StreamConnection;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.rdv.client.RdvClient;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Our client, in this process.
 *
 * @param client how it is set up
 * @param way which route it was made for
 */
record OurClient(RdvClient.Builder client, Way way) implements LiveClient {

    /** For getting connected. */
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    static OurClient with(Way way) {
        return new OurClient(builder(way), way);
    }

    /** A builder with the ordinary settings for that route. */
    static RdvClient.Builder builder(Way way) {
        return RdvClient.builder().spaces(way.spaces()).picker(way.ourPicker()).timeout(TIMEOUT);
    }

    @Override
    public LiveClient trusting(Path authorities) throws IOException {
        return new OurClient(builder(way).tls(TlsClient.trusting(authorities)), way);
    }

    @Override
    public LiveClient insecure() {
        return new OurClient(builder(way).tls(TlsClient.insecure()), way);
    }

    /** One call. */
    static StreamConnection connect(RdvClient client, Method method, URI server, String token) throws IOException {
        return method == Method.DIAL ? client.dial(server, token) : client.accept(server, token);
    }

    /** One call with the ordinary settings for that route, on a thread of its own. */
    static Background<StreamConnection> connect(Way way, Method method, URI server, String token) {
        return Background.start(() -> connect(builder(way).build(), method, server, token));
    }

    @Override
    public Background<Result> exchange(
            Method method, URI server, String token, Payload outgoing, Payload incoming, Path directory) {
        return Background.start(() -> {
            try (RdvClient mine = client.build();
                    StreamConnection connection = connect(mine, method, server, token)) {
                String hash = Exchange.run(connection.stream(), outgoing, incoming);
                return new Result(
                        connection.route().label(),
                        AddressPort.of(connection.route().remote()).toString(),
                        connection.report().observedAddress().map(address -> AddressPort.of(address)
                                .toString()),
                        connection.report().ownCandidates().stream()
                                .map(address -> AddressPort.of(address).toString())
                                .toList(),
                        hash);
            }
        });
    }
}
