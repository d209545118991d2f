package dev.posthouse.daemon.status;

import dev.posthouse.net.Reason;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.event.RelayListener;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who was refused why, for the operator: the addresses that were refused last, each with its reasons. However many come, no more
 * than {@value #MOST} are remembered, those refused last.
 *
 * <p>Any thread; guarded by this.
 */
public final class Refusals implements RelayListener {

    /** How many pairs of an address and a reason are remembered. */
    static final int MOST = 256;

    private record Key(InetAddress address, Reason reason) {}

    /**
     * One address and one reason.
     *
     * @param address the peer's, as far as it is known, or a proxy's
     * @param count how often, since it was remembered first
     */
    public record Refusal(InetAddress address, Reason reason, long count) {}

    // In the order of the last time.
    private final LinkedHashMap<Key, Long> counts = new LinkedHashMap<>(MOST, 0.75f, true);

    @Override
    public void on(RelayEvent event) {
        if (event instanceof RelayEvent.Refused refused) {
            count(new Key(refused.remote().getAddress(), refused.reason()));
        }
    }

    private synchronized void count(Key key) {
        counts.merge(key, 1L, Long::sum);
        if (counts.size() > MOST) {
            counts.pollFirstEntry();
        }
    }

    /** All that are remembered, the one that was refused last first. */
    public synchronized List<Refusal> latest() {
        var all = new ArrayList<Refusal>(counts.size());
        for (Map.Entry<Key, Long> entry : counts.sequencedEntrySet().reversed()) {
            all.add(new Refusal(entry.getKey().address(), entry.getKey().reason(), entry.getValue()));
        }
        return all;
    }
}
