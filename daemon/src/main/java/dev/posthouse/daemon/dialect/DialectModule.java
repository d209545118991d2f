package dev.posthouse.daemon.dialect;

import dev.posthouse.daemon.access.AccessControl;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.DialectSettings;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.relay.accept.Dialect;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.event.Level;

/** A dialect that the daemon can serve. Without state; a public class with a public constructor of no parameters. */
public interface DialectModule extends DialectSettings {

    /**
     * Reads what the dialect needs, such as its identity.
     *
     * @param access who may come; its rules change while the daemon runs
     * @throws IOException if something that it needs is not to be had, with a message that names it and says what to do
     */
    Prepared prepare(Configuration configuration, AccessControl access) throws IOException;

    /** The dialects that the configuration wants served, each prepared. */
    static List<Prepared> prepareAll(Configuration configuration, AccessControl access) throws IOException {
        var prepared = new ArrayList<Prepared>();
        for (DialectSettings known : Settings.dialects()) {
            if (configuration.value(Settings.DIALECTS).contains(known.name())) {
                if (!(known instanceof DialectModule module)) {
                    throw new IllegalStateException(
                            known.name() + " has settings, but is no dialect that can be served");
                }
                prepared.add(module.prepare(configuration, access));
            }
        }
        return prepared;
    }

    /** Ready to be served. */
    interface Prepared {

        /** The dialect, for any number of relays. */
        Dialect dialect();

        /** The host that its addresses name where they are shown; empty for those on which the daemon listens. */
        default String host() {
            return "";
        }

        /** What an operator should know at the start of a daemon that listens there. */
        default List<Note> notes(List<InetSocketAddress> listening) {
            return List.of();
        }
    }

    /** A line for the log. */
    record Note(Level level, String text) {}
}
