package dev.posthouse.net.acknowledged;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.TimedOut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Takes frames apart as they come: data go straight to where the caller wants them, everything else to a {@link Listener}. What a
 * time limit interrupts within a frame is kept.
 *
 * <p>Used by one thread at a time, whichever reads the stream at that moment.
 */
final class Incoming {

    /** Room for a header and for the payload of any frame that is no data. */
    private static final int AHEAD = Frames.HEADER + Frames.MAX_CONTROL;

    /** The end of the connection below. */
    static final int ENDED = -1;

    /** Told of everything that is not data, on the thread that reads. */
    interface Listener {
        /** Something came, whatever it is. */
        void heard();

        /** That many bytes of data are about to come. */
        void announced(int length) throws ProtocolViolation;

        void end() throws ProtocolViolation;

        void received(long position, long allowed) throws ProtocolViolation;

        void ping(byte[] question);

        void aborted(AbortReason reason);
    }

    private final ByteStream below;
    private final Listener listener;
    private final ByteBuffer ahead = ByteBuffer.allocate(AHEAD).flip();
    private int type;
    private int left;
    private boolean withinFrame;
    /** What stands in front of data: the header, and padding before it. The next frame of data has as much, as a rule. */
    private int lead = Frames.HEADER;

    private int leadSoFar;
    private Duration limit = Duration.ZERO;

    Incoming(ByteStream below, Listener listener) {
        this.below = below;
        this.listener = listener;
    }

    /**
     * Reads on until data came, or a frame of another kind was dealt with.
     *
     * @param into for data
     * @param limit for the first byte; zero for none
     * @return how many bytes of data were put there; 0 if it was another frame; {@link #ENDED}
     * @throws TimedOut if nothing came in time; nothing is lost
     * @throws ProtocolViolation if it is no frame
     */
    int step(ByteBuffer into, Duration limit) throws IOException {
        limit(limit);
        do {
            if (!withinFrame && !begin()) {
                return ENDED;
            }
            switch (type) {
                case Frames.DATA -> {
                    return data(into);
                }
                case Frames.END, Frames.RECEIVED, Frames.PING, Frames.PONG, Frames.ABORT -> {
                    return control();
                }
                default -> {
                    if (!skip()) {
                        return ENDED;
                    }
                }
            }
        } while (ahead.hasRemaining()); // padding, and the frame that it stands in front of
        return 0;
    }

    /** Most calls come with the limit of the one before. */
    private void limit(Duration wanted) {
        if (!wanted.equals(limit)) {
            below.readTimeout(wanted);
            limit = wanted;
        }
    }

    private boolean begin() throws IOException {
        if (!fill(Frames.HEADER, lead)) {
            return false;
        }
        int header = ahead.getInt();
        type = header >>> 24;
        left = header & Frames.MAX_LENGTH;
        leadSoFar += Frames.HEADER;
        switch (type) {
            case Frames.DATA -> {
                listener.announced(left);
                lead = Math.min(leadSoFar, AHEAD);
                leadSoFar = 0;
            }
            case Frames.END -> require(left == 0);
            case Frames.RECEIVED -> require(left >= Frames.RECEIVED_LENGTH && left <= Frames.MAX_CONTROL);
            case Frames.PING, Frames.PONG -> require(left <= Frames.MAX_CONTROL);
            case Frames.ABORT -> require(left >= 1 && left <= Frames.MAX_CONTROL);
            default -> require(type >= Frames.IGNORABLE);
        }
        withinFrame = true;
        return true;
    }

    private void require(boolean allowed) throws ProtocolViolation {
        if (!allowed) {
            throw new ProtocolViolation("the peer sent a frame of type " + type + " with " + left
                    + " bytes, which the acknowledged stream does not know");
        }
    }

    /**
     * Has {@code needed} bytes ahead. Reads no more than {@code most}, so that data behind a header go past this buffer in pieces as large
     * as they come.
     *
     * @return false if the connection ended before
     */
    private boolean fill(int needed, int most) throws IOException {
        while (ahead.remaining() < needed) {
            ahead.compact().limit(most);
            int count;
            try {
                count = below.read(ahead);
            } finally {
                ahead.flip();
            }
            if (count < 0) {
                return false;
            }
            listener.heard();
        }
        return true;
    }

    /** Takes what leads the next frame along with this one's last bytes, so that a frame that is there costs one read below. */
    private int data(ByteBuffer into) throws IOException {
        int before = into.position();
        if (ahead.hasRemaining()) {
            int count = Math.min(ahead.remaining(), Math.min(left, into.remaining()));
            into.put(ahead.slice(ahead.position(), count));
            ahead.position(ahead.position() + count);
        } else if (left > 0) {
            int end = into.limit();
            into.limit(before + Math.min(left, into.remaining()));
            ahead.clear().limit(left <= into.remaining() ? lead : 0);
            int count;
            try {
                count = below.read(into, ahead);
            } finally {
                into.limit(end);
                ahead.flip();
            }
            if (count < 0) {
                return ENDED;
            }
            listener.heard();
        }
        int count = into.position() - before;
        left -= count;
        withinFrame = left > 0;
        return count;
    }

    private int control() throws IOException {
        if (!fill(left, left)) {
            return ENDED;
        }
        byte[] payload = new byte[left];
        ahead.get(payload);
        withinFrame = false;
        leadSoFar = 0;
        switch (type) {
            case Frames.END -> listener.end();
            case Frames.RECEIVED -> {
                ByteBuffer numbers = ByteBuffer.wrap(payload);
                listener.received(numbers.getLong(), numbers.getLong());
            }
            case Frames.PING -> listener.ping(payload);
            case Frames.ABORT -> listener.aborted(AbortReason.of(payload[0] & 0xff));
            default -> {
                // An answer has done its work by having come.
            }
        }
        return 0;
    }

    /** False if the connection ended before. */
    private boolean skip() throws IOException {
        while (left > 0) {
            int needed = Math.min(left, AHEAD);
            if (!fill(needed, needed)) {
                return false;
            }
            int count = Math.min(left, ahead.remaining());
            ahead.position(ahead.position() + count);
            left -= count;
            leadSoFar = Math.min(leadSoFar + count, AHEAD);
        }
        withinFrame = false;
        return true;
    }
}
