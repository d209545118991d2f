package dev.posthouse.daemon.access;

import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.DialectSettings;
import dev.posthouse.daemon.configuration.DialectSettings.Credential;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.net.address.NetworkBlocks;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who may use the relay. Immutable.
 *
 * @param allow networks from which peers may come; none means all
 * @param deny networks from which they may not, even if allowed
 * @param tokens of which a peer needs one where its dialect has tokens
 * @param keys of which a peer needs one where its dialect has identities. Without tokens and keys none is needed; with one of
 *     the two a dialect that has only the other lets nobody in
 */
public record AccessRules(
        NetworkBlocks allow, NetworkBlocks deny, Optional<BearerTokens> tokens, Optional<AccessKeys> keys) {

    /** Everybody. */
    public static final AccessRules OPEN =
            new AccessRules(NetworkBlocks.NONE, NetworkBlocks.NONE, Optional.empty(), Optional.empty());

    /**
     * What a configuration says; reads the file of tokens.
     *
     * @throws IOException if that file cannot be read, with a message that names it
     */
    public static AccessRules of(Configuration configuration) throws IOException {
        return new AccessRules(
                configuration.value(Settings.ACCESS_ALLOW),
                configuration.value(Settings.ACCESS_DENY),
                read(configuration, Settings.ACCESS_TOKENS, BearerTokens::read),
                read(configuration, Settings.ACCESS_KEYS, AccessKeys::read));
    }

    /** Reads a file of credentials. */
    private interface Reader<T> {
        T read(Path file) throws IOException;
    }

    private static <T> Optional<T> read(Configuration configuration, Setting<Optional<Path>> setting, Reader<T> reader)
            throws IOException {
        Optional<Path> file = configuration.value(setting);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.read(file.get()));
        } catch (IOException e) {
            throw new IOException(setting + ": " + e.getMessage(), e);
        }
    }

    /** Whether everybody may use the relay. */
    public boolean open() {
        return allow.isEmpty() && deny.isEmpty() && !byCredential();
    }

    /** Whether a peer needs a token or a key. */
    public boolean byCredential() {
        return tokens.isPresent() || keys.isPresent();
    }

    /** Whether the networks let an address in. */
    public boolean admits(InetAddress address) {
        return !deny.contains(address) && (allow.isEmpty() || allow.contains(address));
    }

    /** One line for the operator: who may use the relay, and if everybody may, how to change that. */
    public String description() {
        if (open()) {
            return "access is open to everybody within the limits; to restrict it set " + Settings.ACCESS_TOKENS
                    + " (a file of bearer tokens, for " + those(Credential.TOKEN) + "), " + Settings.ACCESS_KEYS
                    + " (a file of public keys, for " + those(Credential.KEY) + "), "
                    + Settings.ACCESS_ALLOW + " or " + Settings.ACCESS_DENY
                    + " (networks)";
        }
        var parts = new ArrayList<String>();
        if (byCredential()) {
            parts.add("over " + those(Credential.TOKEN) + " to "
                    + tokens.map(known -> "those who have one of " + known).orElse("nobody"));
            parts.add("over " + those(Credential.KEY) + " to "
                    + keys.map(known -> "those who have one of " + known).orElse("nobody"));
        }
        if (!allow.isEmpty()) {
            parts.add("from " + allow);
        }
        if (!deny.isEmpty()) {
            parts.add("not from " + deny);
        }
        return "access is restricted: " + String.join(", ", parts);
    }

    /** The dialects whose peers show that. */
    private static String those(Credential credential) {
        return Settings.dialects().stream()
                .filter(dialect -> dialect.credential() == credential)
                .map(DialectSettings::name)
                .collect(Collectors.joining(" and "));
    }

    /** What an operator should know about these rules, each one line. */
    public List<String> warnings() {
        var warnings = new ArrayList<String>();
        tokens.ifPresent(known -> {
            if (known.readableByAll()) {
                warnings.add("every user of this system can read the file of " + Settings.ACCESS_TOKENS
                        + "; chmod 600 keeps them from it");
            }
            if (known.size() == 0) {
                warnings.add("the file of " + Settings.ACCESS_TOKENS + " has no token, so nobody is let in");
            }
        });
        if (tokens.isPresent() && keys.isEmpty()) {
            warnings.add("peers of " + those(Credential.KEY)
                    + " have no tokens, so none is let in; list their keys in the file of "
                    + Settings.ACCESS_KEYS);
        }
        if (keys.isPresent() && tokens.isEmpty()) {
            warnings.add("peers of " + those(Credential.TOKEN)
                    + " have no keys, so none is let in; list their tokens in the file of "
                    + Settings.ACCESS_TOKENS);
        }
        return warnings;
    }
}
