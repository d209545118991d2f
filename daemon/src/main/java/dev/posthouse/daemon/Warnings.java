package dev.posthouse.daemon;

import dev.posthouse.daemon.access.AccessRules;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.daemon.configuration.Setting;
import dev.posthouse.daemon.configuration.Settings;
import dev.posthouse.net.address.NetworkBlocks;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
}
