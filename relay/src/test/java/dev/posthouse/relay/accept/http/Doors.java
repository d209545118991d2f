package dev.posthouse.relay.accept.http;

import dev.posthouse.relay.accept.Dialect;
import dev.posthouse.relay.accept.Entrance;
import dev.posthouse.relay.accept.RelayServices;
import dev.posthouse.relay.accept.Service;
import java.util.List;

/** A dialect that has the entrances that it is given, and nothing of its own. */
public record Doors(String name, List<Entrance> entrances) implements Dialect, Service {

    public static Doors of(String name, Entrance... entrances) {
        return new Doors(name, List.of(entrances));
    }

    @Override
    public Service open(RelayServices services) {
        return this;
    }

    @Override
    public void drain() {
        // nobody waits
    }

    @Override
    public void close() {
        // nothing is open
    }

    @Override
    public List<String> addresses(List<String> hosts) {
        return List.of();
    }
}
