package dev.posthouse.net.httpproxy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.dial.Target;
import dev.posthouse.net.tls.TlsClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is connected to on the way to a relay: the relay itself, or the proxy that is then asked for a tunnel to it.
 *
 * @param proxy empty if there is none on the way
 */
public record FirstHop(Target relay, Optional<HttpProxy> proxy) {

    /**
     * What the rules say.
     *
     * @param tls whether the relay is reached by a protocol that is encrypted by itself: https, Offset
     */
    public static FirstHop towards(ProxyRules rules, boolean tls, Target relay) {
        return new FirstHop(relay, rules.towards(tls, relay.host(), relay.port()));
    }

    /** What is to be dialled. */
    public Target target() {
        return proxy.map(one -> new Target(one.host(), one.port())).orElse(relay);
    }

    /** How messages name it: "the relay relay.example:80". */
    public String name() {
        return (proxy.isPresent() ? "the proxy " : "the relay ") + target();
    }

    /**
     * Goes on to the relay, on the calling thread: through a tunnel if there is a proxy, else with the same stream.
     *
     * @param connected to {@link #target}; stays the caller's to abort if it fails
     * @param tls for a proxy that has it; made when it is needed
     * @param limit positive
     * @throws IOException as {@link ConnectTunnel#open}
     */
    public ByteStream onwards(ByteStream connected, Supplier<TlsClient> tls, Duration limit) throws IOException {
        return proxy.isPresent()
                ? ConnectTunnel.open(connected, proxy.get(), tls, relay.host(), relay.port(), limit)
                : connected;
    }
}
