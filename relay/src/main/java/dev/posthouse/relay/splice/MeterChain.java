package dev.posthouse.relay.splice;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several meters as one: a byte must be allowed by all of them. Has no state of its own. */
final class MeterChain implements Meter {

    private final List<Meter> meters;

    private MeterChain(List<Meter> meters) {
        this.meters = meters;
    }

    /** Returns null for no meters: asking is then left out altogether. */
    static @Nullable Meter of(List<Meter> meters) {
        return switch (meters.size()) {
            case 0 -> null;
            case 1 -> meters.getFirst();
            default -> new MeterChain(meters);
        };
    }

    @Override
    public int take(int want, long now) {
        int allowed = want;
        for (int i = 0; i < meters.size(); i++) {
            int taken = meters.get(i).take(allowed, now);
            int surplus = allowed - Math.max(0, taken);
            for (int earlier = 0; surplus > 0 && earlier < i; earlier++) {
                meters.get(earlier).settle(0, surplus);
            }
            if (taken <= 0) {
                return taken;
            }
            allowed = taken;
        }
        return allowed;
    }

    @Override
    public void settle(int used, int unused) {
        for (int i = 0; i < meters.size(); i++) {
            meters.get(i).settle(used, unused);
        }
    }

    @Override
    public long retryAfter(long now) {
        long longest = 0;
        for (int i = 0; i < meters.size(); i++) {
            longest = Math.max(longest, meters.get(i).retryAfter(now));
        }
        return longest;
    }
}
