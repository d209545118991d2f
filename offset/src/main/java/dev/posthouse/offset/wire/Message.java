package dev.posthouse.offset.wire;

import dev.posthouse.net.ProtocolViolation;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.capnproto.MessageBuilder;
import org.capnproto.MessageReader;
import org.capnproto.ReaderOptions;

/**
 * The container of every message (spec 6.1): a table of segments, then the segments, all packed. What is written has one
 * segment; what is read may have many, with far pointers between them, and usually has (spec 4.6).
 */
final class Message {

    /** Segments that a message may have (spec 6.2: fewer than 512). */
    static final int MAX_SEGMENTS = 511;

    /**
     * Structs within structs. The deepest of the protocol is a key in a rekey: message, content, rekey, key, its words. What a
     * newer schema adds is never followed.
     */
    private static final int MAX_NESTING = 8;

    /** What a message may be beyond the payload: its structs, those of a newer schema, landing pads. */
    static final int STRUCTURE = 8 * 1024;

    /** What is made of the root of a message. */
    interface Reading<T> {
        T from(Struct.Reader root) throws ProtocolViolation;
    }

    /** The table of segments. */
    static final class Table {

        /** Of each segment, in words. */
        private final long[] sizes;

        private Table(long[] sizes) {
            this.sizes = sizes;
        }

        /** @throws BufferUnderflowException if the packed bytes end before the table is whole */
        static Table read(Unpacker unpacker) throws ProtocolViolation {
            byte[] first = new byte[Long.BYTES];
            unpacker.read(first);
            ByteBuffer firstWord = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN);
            long count = 1 + Integer.toUnsignedLong(firstWord.getInt());
            if (count > MAX_SEGMENTS) {
                throw new ProtocolViolation("at most " + MAX_SEGMENTS + " segments are allowed, not " + count);
            }
            byte[] rest = new byte[(int) count / 2 * Long.BYTES];
            unpacker.read(rest);
            ByteBuffer others = ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN);
            long[] sizes = new long[(int) count];
            for (int i = 0; i < count; i++) {
                sizes[i] = Integer.toUnsignedLong(i == 0 ? firstWord.getInt() : others.getInt());
            }
            return new Table(sizes);
        }

        int segments() {
            return sizes.length;
        }

        /** The bytes of one segment, of a table whose whole is short enough for an array. */
        int bytes(int segment) {
            return (int) sizes[segment] * Long.BYTES;
        }

        /** The bytes of all segments. */
        long bytes() {
            return LongStream.of(sizes).sum() * Long.BYTES;
        }
    }

    private Message() {}

    /** The words that so many bytes take. */
    static int words(int bytes) {
        return (int) (((long) bytes + Long.BYTES - 1) / Long.BYTES);
    }

    /** The words of a fixed-size byte type: its struct, and the one within. */
    static int words(Octets octets) {
        return 1 + words(octets.length());
    }

    /**
     * Writes a message.
     *
     * @param below how many words everything below the root takes, exactly
     * @return a new buffer
     */
    static ByteBuffer write(Struct.Shape root, int below, Consumer<Struct.Builder> fill) {
        int bytes = Math.multiplyExact(1 + root.words() + below, Long.BYTES);
        byte[] segment = new byte[bytes];
        MessageBuilder message = new MessageBuilder(ByteBuffer.wrap(segment));
        fill.accept(message.initRoot(root));
        byte[] table = new byte[Long.BYTES];
        Packing.WORD.set(table, 0, (long) (bytes / Long.BYTES) << Integer.SIZE);
        byte[] packed = new byte[Packing.room(table.length + bytes, 2)];
        int end = Packing.pack(table, 0, table.length, packed, 0);
        end = Packing.pack(segment, 0, bytes, packed, end);
        return ByteBuffer.wrap(packed, 0, end);
    }

    /**
     * A payload in a message that is read.
     *
     * @throws ProtocolViolation if it has more than {@code longest} bytes
     */
    static ByteBuffer payload(Struct.Reader struct, int pointer, int longest) throws ProtocolViolation {
        ByteBuffer payload = struct.data(pointer);
        if (payload.remaining() > longest) {
            throw new ProtocolViolation(
                    "at most " + longest + " bytes of payload are allowed, not " + payload.remaining());
        }
        return payload;
    }

    /**
     * Reads a message; what is behind it is ignored.
     *
     * @param what names the message in the error
     * @param packed its position stays
     * @param longest the most bytes that the segments may have; nothing of that size is allocated unless {@code packed} is long
     *     enough to fill it
     * @throws ProtocolViolation if it is damaged or longer
     */
    static <T> T read(String what, ByteBuffer packed, int longest, Reading<T> reading) throws ProtocolViolation {
        try {
            return reading.from(open(packed, longest));
        } catch (BufferUnderflowException e) {
            throw new ProtocolViolation(what + " ends before it is whole", e);
        } catch (ProtocolViolation e) {
            throw new ProtocolViolation(what + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            // The runtime says DecodeException for some damage; an index of Java's that is out of bounds is all the
            // rest.
            throw new ProtocolViolation(what + " is damaged: " + e.getMessage(), e);
        }
    }

    private static Struct.Reader open(ByteBuffer packed, int longest) throws ProtocolViolation {
        Unpacker unpacker = new Unpacker(packed.duplicate());
        Table table = Table.read(unpacker);
        long bytes = table.bytes();
        if (bytes > longest) {
            throw new ProtocolViolation("at most " + longest + " bytes are allowed, not " + bytes);
        }
        if (bytes > (long) packed.remaining() * Packing.MOST_FROM_A_BYTE) {
            throw new ProtocolViolation(
                    bytes + " bytes are announced, which " + packed.remaining() + " packed ones cannot hold");
        }
        byte[] all = new byte[(int) bytes];
        unpacker.read(all);

        ByteBuffer[] segments = new ByteBuffer[table.segments()];
        int at = 0;
        for (int i = 0; i < segments.length; i++) {
            int size = table.bytes(i);
            segments[i] = ByteBuffer.wrap(all).slice(at, size).order(ByteOrder.LITTLE_ENDIAN);
            at += size;
        }
        // Every part of a message is read once, so that reading all of it is enough.
        return new MessageReader(segments, new ReaderOptions(bytes / Long.BYTES, MAX_NESTING))
                .getRoot(Struct.Shape.ANY);
    }
}
