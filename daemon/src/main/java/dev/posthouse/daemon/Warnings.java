package dev.posthouse.daemon;

import dev.posthouse.daemon.access.AccessRules;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.daemon.log.DaemonLog;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.relay.limit.Descriptors;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.event.Level;

/**
 * What is allowed but probably not meant.
 *
 * @param configuration in force
 * @param rules of access, drawn from it
 * @param admin where the admin pages are served
 */
record Warnings(Configuration configuration, AccessRules rules, Optional<InetSocketAddress> admin) {

    List<String> all() {
        var all = new ArrayList<String>(configuration.warnings());
        all.addAll(rules.warnings());
        if (admin.isPresent() && !admin.get().getAddress().isLoopbackAddress()) {
            all.add(Settings.ADMIN_LISTEN + " is not a loopback address: whoever reaches it sees who is connected");
        }
        everybody(Settings.PROXY_TRUSTED).ifPresent(all::add);
        everybody(Settings.FORWARDED_TRUSTED).ifPresent(all::add);
        return all;
    }

    private Optional<String> everybody(Setting<NetworkBlocks> trusted) {
        return configuration.value(trusted).blocks().stream()
                .filter(block -> block.prefix() == 0)
                .findFirst()
                .map(block -> trusted + " has " + block + ": any peer can then claim any address");
    }

    /**
     * Says how many circuits the descriptors of this process allow, and warns if that is fewer than wanted.
     *
     * @param wanted circuits in all; zero for no limit
     */
    static void descriptors(DaemonLog log, Descriptors descriptors, int wanted) {
        long circuits = descriptors.softLimit() / 2;
        boolean enough = wanted > 0 && circuits >= wanted;
        log.note(
                enough ? Level.INFO : Level.WARN,
                "descriptors: the limit of " + descriptors.limit() + " allows " + circuits + " circuits"
                        + (enough ? "" : ", fewer than limits.circuits allows; raise it (LimitNOFILE, ulimit -n)"));
    }
}
