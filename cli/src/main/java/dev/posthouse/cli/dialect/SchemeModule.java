package dev.posthouse.cli.dialect;

import dev.posthouse.net.Role;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A dialect of {@code dial} and {@code accept}: its addresses, and what may be said about a connection to one. The command line finds those
 * that there are by {@code META-INF/services} of this name, in the order in which they stand there. Without state; a public class with a
 * public constructor of no parameters.
 */
public interface SchemeModule {

    /** The dialect's name, that of its {@link dev.posthouse.net.connection.AddressScheme}: lower case, without blanks. */
    String name();

    /** What its addresses begin with, one at least: lower case, up to the two slashes. No two dialects share one. */
    List<String> prefixes();

    /** The forms of its addresses and whose they are, in one line without a percent sign, for the help and for who gives an address that is none. */
    String form();

    /** Whether {@code address} is one of this dialect's, as far as its beginning tells. */
    default boolean recognises(String address) {
        String lower = address.toLowerCase(Locale.ROOT);
        return prefixes().stream().anyMatch(lower::startsWith);
    }

    /** Its own options, for one command; new ones at each call. */
    SchemeOptions options();

    /** Lines of the help that show how it is used: two blanks, then the command; 79 columns at most, none of them a percent sign. */
    List<String> examples(Role role);

    /** The commands that it brings beside {@code dial} and {@code accept}: objects that picocli takes as subcommands; new ones at each call. */
    default List<Object> commands() {
        return List.of();
    }

    /**
     * What to say to somebody who gives an option that there is not, and means one of this dialect's.
     *
     * @param option as given, with its dashes
     */
    default Optional<String> hint(String option) {
        return Optional.empty();
    }

    /**
     * Goes its ordinary ways over a relay, for the JDK to watch at a build what they load and how often they run: what is not gone here
     * works as well, and is slower at its first use.
     *
     * @param relay where the relay listens, on loopback
     * @param told the addresses that the relay tells for this dialect; empty if it has no way of its own to write them
     * @param transfers has each pair of peers connect
     * @throws Exception what ends the build's training
     */
    default void train(InetSocketAddress relay, List<String> told, Transfers transfers) throws Exception {}
}
