package dev.posthouse.daemon.access;

import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.net.address.NetworkBlocks;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who may use the relay. Immutable.
 *
 * @param allow networks from which peers may come; none means all
 * @param deny networks from which they may not, even if allowed
 * @param tokens of which a peer needs one; empty if none is needed
 */
public record AccessRules(NetworkBlocks allow, NetworkBlocks deny, Optional<BearerTokens> tokens) {

    /** Everybody. */
    public static final AccessRules OPEN = new AccessRules(NetworkBlocks.NONE, NetworkBlocks.NONE, Optional.empty());

    /**
     * What a configuration says; reads the file of tokens.
     *
     * @throws IOException if that file cannot be read, with a message that names it
     */
    public static AccessRules of(Configuration configuration) throws IOException {
        Optional<Path> file = configuration.value(Settings.ACCESS_TOKENS);
        Optional<BearerTokens> tokens = Optional.empty();
        if (file.isPresent()) {
            try {
                tokens = Optional.of(BearerTokens.read(file.get()));
            } catch (NoSuchFileException e) {
                throw new IOException(Settings.ACCESS_TOKENS + ": there is no file " + file.get(), e);
            } catch (IOException e) {
                throw new IOException(Settings.ACCESS_TOKENS + ": " + e.getMessage(), e);
            }
        }
        return new AccessRules(
                configuration.value(Settings.ACCESS_ALLOW), configuration.value(Settings.ACCESS_DENY), tokens);
    }

    /** Whether everybody may use the relay. */
    public boolean open() {
        return allow.isEmpty() && deny.isEmpty() && tokens.isEmpty();
    }

    /** Whether the networks let an address in. */
    boolean admits(InetAddress address) {
        return !deny.contains(address) && (allow.isEmpty() || allow.contains(address));
    }

    /** One line for the operator: who may use the relay, and if everybody may, how to change that. */
    public String description() {
        if (open()) {
            return "access is open to everybody within the limits; to restrict it set " + Settings.ACCESS_TOKENS
                    + " (a file of bearer tokens), " + Settings.ACCESS_ALLOW + " or " + Settings.ACCESS_DENY
                    + " (networks)";
        }
        var parts = new ArrayList<String>();
        tokens.ifPresent(known -> parts.add("to those who have one of " + known));
        if (!allow.isEmpty()) {
            parts.add("from " + allow);
        }
        if (!deny.isEmpty()) {
            parts.add("not from " + deny);
        }
        return "access is restricted: " + String.join(", ", parts);
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
        return warnings;
    }
}
