package dev.posthouse.relay.limit;

import dev.posthouse.relay.splice.Meter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The meters that the {@link Limits} ask for: those of a circuit are its own, those of an address are shared by its
 * circuits and kept until the last has ended (an allowance until its period is over), those of the relay by all. A
 * changed limit holds for circuits that are opened afterwards.
 *
 * <p>Guarded by this.
 */
public final class Metering {

    /** What one address or the whole relay shares. */
    private static final class Shared {
        private @Nullable Meter rate;
        private long rateLimit;
        private @Nullable PeriodAllowance allowance;
        private long allowanceLimit;
        private Duration period = Duration.ZERO;
        private int users;

        List<Meter> enter(long bytesPerSecond, long bytes, Duration per) {
            users++;
            var meters = new ArrayList<Meter>(2);
            if (bytesPerSecond > 0) {
                Meter current = rate;
                if (current == null || rateLimit != bytesPerSecond) {
                    current = Meter.rate(bytesPerSecond);
                    rate = current;
                    rateLimit = bytesPerSecond;
                }
                meters.add(current);
            }
            if (bytes > 0) {
                PeriodAllowance current = allowance;
                if (current == null || allowanceLimit != bytes || !period.equals(per)) {
                    current = new PeriodAllowance(bytes, per, System.nanoTime());
                    allowance = current;
                    allowanceLimit = bytes;
                    period = per;
                }
                meters.add(current);
            }
            return meters;
        }

        boolean droppable(long now) {
            PeriodAllowance current = allowance;
            return users == 0 && (current == null || current.untouched(now));
        }
    }

    /** The meters of one circuit, held until it is closed. */
    public interface Use extends AutoCloseable {

        /** Of a circuit that was never counted. */
        Use NONE = new Use() {
            @Override
            public List<Meter> meters() {
                return List.of();
            }

            @Override
            public void close() {}
        };

        List<Meter> meters();

        @Override
        void close();
    }

    /** Addresses that are idle but owe an allowance are looked through whenever so many are kept. */
    private static final int SWEEP = 1_024;

    private final Admission admission;
    private final Shared inAll = new Shared();
    private final Map<AddressKey, Shared> byAddress = new HashMap<>();
    private int sweepAt = SWEEP;

    public Metering(Admission admission) {
        this.admission = admission;
    }

    public Duration idle() {
        return admission.limits().idle();
    }

    public Duration stalled() {
        return admission.limits().stalled();
    }

    public Duration longest() {
        return admission.limits().longest();
    }

    public Use use(AddressKey one, AddressKey other) {
        Limits limits = admission.limits();
        var meters = new ArrayList<Meter>();
        if (limits.ratePerCircuit() > 0) {
            meters.add(Meter.rate(limits.ratePerCircuit()));
        }
        if (limits.bytesPerCircuit() > 0) {
            meters.add(Meter.allowance(limits.bytesPerCircuit()));
        }
        boolean perAddress = limits.ratePerAddress() > 0 || limits.bytesPerAddress() > 0;
        synchronized (this) {
            if (perAddress) {
                meters.addAll(enter(one, limits));
                if (!other.equals(one)) {
                    meters.addAll(enter(other, limits));
                }
            }
            meters.addAll(inAll.enter(limits.rateInAll(), limits.bytesInAll(), limits.period()));
        }
        return new Use() {
            @Override
            public List<Meter> meters() {
                return meters;
            }

            @Override
            public void close() {
                if (perAddress) {
                    leave(one);
                    if (!other.equals(one)) {
                        leave(other);
                    }
                }
            }
        };
    }

    private List<Meter> enter(AddressKey key, Limits limits) {
        return byAddress
                .computeIfAbsent(key, k -> new Shared())
                .enter(limits.ratePerAddress(), limits.bytesPerAddress(), limits.period());
    }

    /** Addresses that are kept: those in use, and those that owe an allowance. */
    synchronized int remembered() {
        return byAddress.size();
    }

    private synchronized void leave(AddressKey key) {
        long now = System.nanoTime();
        Optional.ofNullable(byAddress.get(key)).ifPresent(shared -> {
            shared.users--;
            if (shared.droppable(now)) {
                byAddress.remove(key);
            }
        });
        if (byAddress.size() > sweepAt) {
            byAddress.values().removeIf(shared -> shared.droppable(now));
            sweepAt = Math.max(SWEEP, 2 * byAddress.size());
        }
    }
}
