package dev.posthouse.cli.dialect;

import dev.posthouse.net.Role;
import dev.posthouse.net.httpproxy.ProxyRules;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What every dialect is given of a command line.
 *
 * @param address as it was written
 * @param role which command it is
 * @param timeout for the connection to come about; empty to leave it to the dialect
 * @param deadAfter for how long the peer may be silent, zero for ever; empty to leave it to the dialect
 * @param tls how the relay's certificate is trusted; a dialect refuses it where no certificate is looked at
 * @param proxies the way to the relay
 * @param notices takes sentences that the user should know and that end nothing
 */
public record SchemeRequest(
        String address,
        Role role,
        Optional<Duration> timeout,
        Optional<Duration> deadAfter,
        TlsOptions tls,
        ProxyRules proxies,
        Consumer<String> notices) {}
