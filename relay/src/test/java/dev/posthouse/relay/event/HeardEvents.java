package dev.posthouse.relay.event;

import dev.posthouse.relay.Relay;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** What a relay has told, for a test to look at. */
public final class HeardEvents implements RelayListener {

    private final CopyOnWriteArrayList<RelayEvent> all = new CopyOnWriteArrayList<>();

    @Override
    public void on(RelayEvent event) {
        all.add(event);
    }

    /** Those of one kind, in order. */
    public <E extends RelayEvent> List<E> of(Class<E> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The last of one kind, as soon as there is any. */
    public <E extends RelayEvent> E await(Class<E> kind) {
        return Awaitility.await().until(() -> of(kind), some -> !some.isEmpty()).getLast();
    }

    /** Who was refused, in order. */
    public List<RelayEvent.Refused> refused() {
        return of(RelayEvent.Refused.class);
    }

    /** The last who was refused, as soon as there is any. */
    public RelayEvent.Refused awaitRefusal() {
        return await(RelayEvent.Refused.class);
    }

    /** Until a relay has no connection any more. */
    public static void awaitNobody(Relay relay) {
        Awaitility.await().until(() -> relay.connections() == 0);
    }
}
