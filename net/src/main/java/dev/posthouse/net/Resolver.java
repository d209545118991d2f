package dev.posthouse.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Finds the addresses of a name. Thread-safe; may block. */
@FunctionalInterface
public interface Resolver {

    /**
     * All addresses of a name, in the order of preference within each family.
     *
     * @param host a host name; never an address literal
     * @return at least one
     * @throws PeerUnreachable if the name has no address
     * @throws IOException if it could not be found out
     */
    List<InetAddress> resolve(String host) throws IOException;

    /** The system's own resolution. Its calls cannot be interrupted. */
    static Resolver system() {
        return host -> {
            try {
                return List.of(InetAddress.getAllByName(host));
            } catch (UnknownHostException e) {
                throw new PeerUnreachable("the name " + host + " has no address: check its spelling and the DNS", e);
            }
        };
    }
}
