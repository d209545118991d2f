package dev.posthouse.interop.nat.peer;

import dev.posthouse.rdv.server.RdvServer;
import dev.posthouse.relay.Relay;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;

/**
 * The laboratory's relay host with our rdv server on it, at its plainest. Listens on the port given, on both families;
 * prints {@code {"event":"listening","address":"…"}}; ends with its standard input.
 */
public final class NatRelay {

    private NatRelay() {}

    public static void main(String[] arguments) throws IOException {
        try (Relay relay = Relay.builder()
                .dialect(RdvServer.withDefaults())
                .listen(new InetSocketAddress("::", Integer.parseInt(arguments[0])))
                .start()) {
            System.out.println("{\"event\":\"listening\",\"address\":\"" + relay.address() + "\"}");
            System.out.flush();
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
