package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ProtocolViolation;

/**
 * How far the direction from the peer has come, in positions: what was announced, what of it the application was given, what it has
 * taken, and what of that the peer was told. The end takes the position behind the last byte. Guarded by the stream's lock.
 */
final class InputPositions {

    private final int window;
    private long arrived;
    private boolean ended;
    private long given;
    private long taken;
    private long told;

    InputPositions(int window) {
        this.window = window;
    }

    /** Data are about to come. */
    void announced(int length) throws ProtocolViolation {
        if (ended) {
            throw new ProtocolViolation("the peer sent data behind its end");
        }
        if (arrived + length > taken + window) {
            throw new ProtocolViolation("the peer sent more than it was allowed to");
        }
        arrived += length;
    }

    /** The peer's end came. */
    void end() throws ProtocolViolation {
        if (ended) {
            throw new ProtocolViolation("the peer ended its direction twice");
        }
        ended = true;
    }

    boolean ended() {
        return ended;
    }

    /** The application was given bytes. */
    void gave(int count) {
        given += count;
    }

    /** The application was given the end. */
    void gaveEnd() {
        given = arrived + 1;
    }

    /** The application has dealt with what it was given; whether the peer must be told at once. */
    boolean take() {
        taken = given;
        boolean due = taken - told >= window / 2 || (allTaken() && told < taken);
        if (due) {
            told = taken;
        }
        return due;
    }

    /** Who knew how much was to come need not be given the end. */
    void takeEnd() {
        if (ended && given == arrived) {
            taken = arrived + 1;
        }
    }

    /** Whether the application has taken everything, the end included. */
    boolean allTaken() {
        return ended && taken > arrived;
    }

    /** Whether the peer was not told yet of something that was taken; from now on it is. */
    boolean tell() {
        boolean something = taken > told;
        told = taken;
        return something;
    }

    long taken() {
        return taken;
    }
}
