package dev.posthouse.cli.dialect;

import dev.posthouse.net.Role;
import dev.posthouse.offset.client.OffsetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** Offset: relays and peers that know each other by key. */
public final class OffsetModule implements SchemeModule {

    @Override
    public String name() {
        return "offset";
    }

    @Override
    public List<String> prefixes() {
        return List.of(OffsetAddress.PREFIX);
    }

    @Override
    public String form() {
        return OffsetAddress.PREFIX + "HOST:PORT/RELAYKEY of an Offset relay, with /PEERKEY behind it to dial";
    }

    @Override
    public SchemeOptions options() {
        return new OffsetOptions();
    }

    @Override
    public List<String> examples(Role role) {
        return switch (role) {
            case DIALER -> List.of("  posthouse dial offset://relay.example:8080/RELAYKEY/PEERKEY -i me.ident");
            case ACCEPTOR ->
                List.of(
                        "  posthouse accept offset://relay.example:8080/RELAYKEY -i me.ident --allow KEY",
                        "                                              peers with this key only");
        };
    }

    @Override
    public List<Object> commands() {
        return List.of(new KeygenCommand(), new TicketCommand());
    }

    @Override
    public void train(InetSocketAddress relay, List<String> told, Transfers transfers) throws Exception {
        new OffsetTraining(OffsetAddress.parse(told.getFirst()).relay(), transfers).run();
    }
}
