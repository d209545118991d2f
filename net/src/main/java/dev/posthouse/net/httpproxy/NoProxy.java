package dev.posthouse.net.httpproxy;

import dev.posthouse.net.address.IpAddress;
import dev.posthouse.net.address.NetworkBlock;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Hosts that are reached without a proxy, in the form of the variable NO_PROXY: entries separated by commas or blanks, each
 * {@code *} for all, a network such as {@code 10.0.0.0/8}, an address, or a name that stands for itself and whatever is
 * below it, with or without a dot or {@code *.} before it; {@code :PORT} behind an address or a name limits it to a port.
 * What is none of these matches nothing, as everywhere else. Names are not resolved.
 */
final class NoProxy {

    /** One entry. */
    private sealed interface Entry {
        boolean matches(String host, Optional<IpAddress> address, int port);

        /** All hosts. */
        record All() implements Entry {
            @Override
            public boolean matches(String host, Optional<IpAddress> address, int port) {
                return true;
            }
        }

        /** @param port 0 for any */
        record Network(NetworkBlock block, int port) implements Entry {
            @Override
            public boolean matches(String host, Optional<IpAddress> address, int at) {
                return address.filter(block::contains).isPresent() && (port == 0 || port == at);
            }
        }

        /** @param port 0 for any */
        record Name(String name, int port) implements Entry {
            @Override
            public boolean matches(String host, Optional<IpAddress> address, int at) {
                return address.isEmpty()
                        && (host.equals(name) || host.endsWith("." + name))
                        && (port == 0 || port == at);
            }
        }
    }

    private final List<Entry> entries;

    NoProxy(String text) {
        entries = Arrays.stream(text.split("[,\\s]+", -1))
                .filter(part -> !part.isEmpty())
                .flatMap(part -> entry(part).stream())
                .toList();
    }

    private static Optional<Entry> entry(String text) {
        if (text.equals("*")) {
            return Optional.of(new Entry.All());
        }
        if (text.contains("/")) {
            return network(text, 0);
        }
        String host = text;
        int port = 0;
        int colon = text.lastIndexOf(':');
        boolean bareIp6 = text.indexOf(':') != colon && !text.startsWith("[");
        if (colon >= 0 && !bareIp6 && !text.endsWith("]")) {
            String digits = text.substring(colon + 1);
            if (!digits.matches("[0-9]{1,5}")) {
                return Optional.empty();
            }
            port = Integer.parseInt(digits);
            host = text.substring(0, colon);
        }
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        Optional<Entry> network = network(host, port);
        if (network.isPresent()) {
            return network;
        }
        String name = folded(host.startsWith("*.") ? host.substring(1) : host);
        while (name.startsWith(".")) {
            name = name.substring(1);
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(new Entry.Name(name, port));
    }

    private static Optional<Entry> network(String text, int port) {
        try {
            return Optional.of(new Entry.Network(NetworkBlock.parse(text), port));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String folded(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    boolean matches(String host, int port) {
        Optional<IpAddress> address = literal(host);
        String name = folded(host);
        return entries.stream().anyMatch(entry -> entry.matches(name, address, port));
    }

    private static Optional<IpAddress> literal(String host) {
        try {
            return Optional.of(IpAddress.of(InetAddress.ofLiteral(host)).withoutZone());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
