package dev.posthouse.net.httpproxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which relays are reached through which proxy. Immutable.
 *
 * <p>{@link #fromVariables} reads the variables that other programs take. curl's rules are followed where programs differ:
 * the upper-case HTTP_PROXY is ignored, since a CGI program's caller can set it; the relay on the own host is no exception
 * unless NO_PROXY names it. Unlike curl, an http relay falls back to HTTPS_PROXY, since both need the same CONNECT.
 */
public final class ProxyRules {

    /** The variables that {@link #fromVariables} looks at. */
    public static final Set<String> VARIABLES =
            Set.of("https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY");

    /** No proxy for anything. */
    public static final ProxyRules NONE =
            new ProxyRules(Optional.empty(), Optional.empty(), new NoProxy(""), List.of());

    private final Optional<HttpProxy> forTls;
    private final Optional<HttpProxy> forPlain;
    private final NoProxy exceptions;
    private final List<String> remarks;

    private ProxyRules(
            Optional<HttpProxy> forTls, Optional<HttpProxy> forPlain, NoProxy exceptions, List<String> remarks) {
        this.forTls = forTls;
        this.forPlain = forPlain;
        this.exceptions = exceptions;
        this.remarks = remarks;
    }

    /** One proxy for everything. */
    public static ProxyRules through(HttpProxy proxy) {
        return new ProxyRules(Optional.of(proxy), Optional.of(proxy), new NoProxy(""), List.of());
    }

    /**
     * What environment variables, {@link #VARIABLES}, say, the lower-case one first. An empty one counts as not set.
     *
     * @throws IllegalArgumentException if one of them is no address of a proxy; names the variable, and repeats nothing of it
     */
    public static ProxyRules fromVariables(Map<String, String> variables) {
        List<String> remarks = new ArrayList<>();
        Optional<HttpProxy> forAll = proxy(variables, remarks, "all_proxy", "ALL_PROXY");
        Optional<HttpProxy> forTls =
                proxy(variables, remarks, "https_proxy", "HTTPS_PROXY").or(() -> forAll);
        Optional<HttpProxy> forPlain = proxy(variables, remarks, "http_proxy").or(() -> forTls);
        String exceptions = first(variables, "no_proxy", "NO_PROXY")
                .map(Map.Entry::getValue)
                .orElse("");
        return new ProxyRules(forTls, forPlain, new NoProxy(exceptions), List.copyOf(remarks));
    }

    private static Optional<HttpProxy> proxy(Map<String, String> variables, List<String> remarks, String... names) {
        return first(variables, names).flatMap(found -> {
            String name = found.getKey();
            String value = found.getValue();
            if (value.toLowerCase(Locale.ROOT).startsWith("socks")) {
                remarks.add(name + " names a SOCKS proxy: these come with a later version, and it is ignored; "
                        + "an HTTP proxy is taken from HTTPS_PROXY");
                return Optional.empty();
            }
            try {
                return Optional.of(HttpProxy.parse(value));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("the variable " + name + " is no proxy: " + e.getMessage());
            }
        });
    }

    private static Optional<Map.Entry<String, String>> first(Map<String, String> variables, String... names) {
        for (String name : names) {
            String value = variables.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                return Optional.of(Map.entry(name, value));
            }
        }
        return Optional.empty();
    }

    /**
     * The proxy on the way to a relay.
     *
     * @param tls whether the relay is reached by a protocol that is encrypted by itself: https, Offset
     * @param host a name or an address literal without brackets
     * @param port 1 to 65535
     */
    public Optional<HttpProxy> towards(boolean tls, String host, int port) {
        Optional<HttpProxy> proxy = tls ? forTls : forPlain;
        return proxy.isEmpty() || exceptions.matches(host, port) ? Optional.empty() : proxy;
    }

    /** What the user should know: variables that are set and have no effect. One sentence each. */
    public List<String> remarks() {
        return remarks;
    }
}
