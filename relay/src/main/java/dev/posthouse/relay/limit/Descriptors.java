package dev.posthouse.relay.limit;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How many connections the process's file descriptors allow.
 *
 * @param limit descriptors that the process may have; {@link Long#MAX_VALUE} where the system does not say
 * @param inUse descriptors that were open when this was read
 */
public record Descriptors(long limit, long inUse) {

    /** Past this share of the limit newcomers are refused with a reason (docs/operations.md). */
    private static final double SOFT = 0.80;

    /** Past this share a newcomer is closed at once: refusing politely needs descriptors, too. */
    private static final double HARD = 0.95;

    /** What the system says now. */
    public static Descriptors ofThisProcess() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            return new Descriptors(unix.getMaxFileDescriptorCount(), unix.getOpenFileDescriptorCount());
        }
        return new Descriptors(Long.MAX_VALUE, 0);
    }

    /** Connections past which newcomers are refused with a reason. */
    public long softLimit() {
        return share(SOFT);
    }

    /** Connections past which newcomers are closed at once. */
    public long hardLimit() {
        return share(HARD);
    }

    private long share(double part) {
        if (limit == Long.MAX_VALUE) {
            return limit;
        }
        return Math.max(1, (long) (limit * part) - inUse);
    }
}
