package dev.posthouse.daemon;

import dev.posthouse.daemon.admin.AdminServer;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.ListenAddress;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.daemon.configuration.Source;
import dev.posthouse.daemon.log.DaemonLog;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.event.Level;

/** Whether, where and for whom the admin pages are served, as a configuration says. */
final class AdminPages {

    private AdminPages() {}

    /**
     * Serves them.
     *
     * @param pages by their paths
     * @return empty if none are wanted, or if nobody asked for them by name and their default address is taken, which the log says
     * @throws IOException if an address that was asked for cannot be listened on
     */
    static Optional<AdminServer> start(
            Configuration configuration, DaemonLog log, Map<String, AdminServer.Source> pages) throws IOException {
        Optional<ListenAddress> address = configuration.value(Settings.ADMIN_LISTEN);
        if (address.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    AdminServer.start(address.get().resolve(), hosts(configuration, address.get()), pages, log::fault));
        } catch (IOException e) {
            if (configuration.source(Settings.ADMIN_LISTEN) instanceof Source.Default) {
                // Nobody asked for it by name: a second relay on one host is no reason to fail.
                log.note(
                        Level.WARN,
                        "no admin pages on " + address.get() + ": " + BindFailure.words(e) + "; choose another with "
                                + Settings.ADMIN_LISTEN.flag() + ", or off");
                return Optional.empty();
            }
            throw new IOException(
                    "cannot listen on " + Settings.ADMIN_LISTEN + " " + address.get() + ": " + BindFailure.words(e), e);
        }
    }

    /** What may stand in the Host of a request, besides loopback and the address at which it arrives. */
    private static List<String> hosts(Configuration configuration, ListenAddress address) {
        return Stream.concat(
                        Stream.of(address.host()).filter(host -> !host.isEmpty()),
                        configuration.value(Settings.ADMIN_HOSTS).stream())
                .toList();
    }
}
