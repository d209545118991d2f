package dev.posthouse.net;

/**
 * Why something ended or was refused: a closed list, so that one word serves as metric label, log word, JSON value and
 * exit code. Each dialect maps its own open wire codes onto it.
 */
public enum Reason {
    /** Both directions came to their end, in order. */
    COMPLETED("completed", 0),
    /** The peers chose a direct connection; the relay is no longer needed. */
    DIRECT("direct", 0),
    /** A peer went away before its partner came, or before the route was chosen. */
    PEER_GONE("peer-gone", 14),
    /** A peer reset its connection, or it broke. */
    PEER_RESET("peer-reset", 14),
    /** Nobody came to meet it in time. */
    NO_PEER("no-peer", 11),
    /** Its partner waits on another node, which this one cannot reach. */
    ELSEWHERE("elsewhere", 11),
    /** A newer connection took its place. */
    REPLACED("replaced", 13),
    /** Nothing moved for too long. */
    IDLE("idle", 14),
    /** Bytes waited for a reader that took none for too long. */
    STALLED("stalled", 14),
    /** A handshake, or the choice of a route, took too long. */
    HANDSHAKE_TIMEOUT("handshake-timeout", 15),
    /** A peer broke its protocol. */
    PROTOCOL_ERROR("protocol-error", 15),
    /** No dialect recognised the first bytes. */
    UNKNOWN_PROTOCOL("unknown-protocol", 15),
    /** No right to use this relay. */
    UNAUTHORIZED("unauthorized", 12),
    /** The application that runs the relay said no. */
    REJECTED("rejected", 13),
    /** A limit for one address, key or token. */
    LIMIT_PEER("limit-peer", 13),
    /** A limit for the whole relay. */
    LIMIT_TOTAL("limit-total", 13),
    /** The memory that may be held for one address, or for all, is used up. */
    LIMIT_MEMORY("limit-memory", 13),
    /** A circuit's allowance of bytes is used up. */
    LIMIT_BYTES("limit-bytes", 13),
    /** A circuit has lasted for as long as it may. */
    LIMIT_TIME("limit-time", 13),
    /** File descriptors are nearly used up. */
    LIMIT_DESCRIPTORS("limit-descriptors", 13),
    /** The relay is going down. */
    SHUTDOWN("shutdown", 14),
    /** Our own fault; the log has the trace. */
    INTERNAL("internal", 1);

    private final String label;
    private final int exitCode;

    Reason(String label, int exitCode) {
        this.label = label;
        this.exitCode = exitCode;
    }

    /** The word for it in metrics, logs and JSON. */
    public String label() {
        return label;
    }

    /** What a command that ended for this reason exits with. */
    public int exitCode() {
        return exitCode;
    }
}
