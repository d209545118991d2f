package dev.posthouse.offset.wire;

import java.nio.ByteBuffer;
import org.capnproto.Data;
import org.capnproto.SegmentBuilder;
import org.capnproto.SegmentReader;
import org.capnproto.StructBuilder;
import org.capnproto.StructFactory;
import org.capnproto.StructReader;
import org.capnproto.StructSize;

/**
 * A struct of the protocol over the Cap'n Proto runtime, which follows the pointers and keeps within the bounds. The messages
 * name a field by its place (spec 6.4): the union's tag is the first 16 bits of the data, a pointer has an index.
 *
 * <p>As everywhere in Cap'n Proto, a field behind the end of a shorter struct reads as zero, and a null pointer as empty.
 */
final class Struct {

    private Struct() {}

    /** What a message that is read consists of. Damage that the runtime finds is a RuntimeException of many kinds. */
    static final class Reader extends StructReader {

        private Reader(SegmentReader segment, int data, int pointers, int dataSize, short pointerCount, int nesting) {
            super(segment, data, pointers, dataSize, pointerCount, nesting);
        }

        int dataWords() {
            return dataSize / Long.SIZE;
        }

        int tag() {
            return _getShortField(0) & 0xffff;
        }

        /** The 16 bits behind the tag. */
        int extensions() {
            return _getShortField(1) & 0xffff;
        }

        Reader struct(int pointer) {
            return _getPointerField(Shape.ANY, pointer);
        }

        /** The bytes of a {@code Data} field, still where they were unpacked. */
        ByteBuffer data(int pointer) {
            Data.Reader data = _getPointerField(Data.factory, pointer);
            return data.buffer.slice(data.offset, data.size);
        }

        /** A fixed-size byte type: a struct around a struct of 64-bit numbers, each eight bytes in reverse. */
        Octets octets(int pointer, int length) {
            Reader inner = struct(pointer).struct(0);
            ByteBuffer bytes = ByteBuffer.allocate(length);
            for (int group = 0; group < length / Long.BYTES; group++) {
                bytes.putLong(inner._getLongField(group));
            }
            return Octets.of(bytes.array());
        }
    }

    /** What a message that is written consists of. Its parts lie in the order in which they are made. */
    static final class Builder extends StructBuilder {

        private Builder(SegmentBuilder segment, int data, int pointers, int dataSize, short pointerCount) {
            super(segment, data, pointers, dataSize, pointerCount);
        }

        void tag(int tag) {
            _setShortField(0, (short) tag);
        }

        void extensions(int bits) {
            _setShortField(1, (short) bits);
        }

        Builder struct(int pointer, Shape shape) {
            return _initPointerField(shape, pointer, 0);
        }

        void data(int pointer, ByteBuffer bytes) {
            Data.Builder data = _initPointerField(Data.factory, pointer, bytes.remaining());
            data.buffer.put(data.offset, bytes, bytes.position(), bytes.remaining());
        }

        void octets(int pointer, Octets octets) {
            int groups = octets.length() / Long.BYTES;
            Builder inner = struct(pointer, Shape.of(0, 1)).struct(0, Shape.of(groups, 0));
            for (int group = 0; group < groups; group++) {
                inner._setLongField(group, octets.group(group));
            }
        }
    }

    /** How many words of data and how many pointers a struct has, where one is written; any shape can be read. */
    static final class Shape extends StructFactory<Builder, Reader> {

        /** For reading, where the message says the shape. */
        static final Shape ANY = of(0, 0);

        private final StructSize size;

        private Shape(StructSize size) {
            this.size = size;
        }

        static Shape of(int dataWords, int pointers) {
            return new Shape(new StructSize((short) dataWords, (short) pointers));
        }

        /** Words in all. */
        int words() {
            return size.total();
        }

        @Override
        public Reader constructReader(
                SegmentReader segment, int data, int pointers, int dataSize, short pointerCount, int nesting) {
            return new Reader(segment, data, pointers, dataSize, pointerCount, nesting);
        }

        @Override
        public Builder constructBuilder(
                SegmentBuilder segment, int data, int pointers, int dataSize, short pointerCount) {
            return new Builder(segment, data, pointers, dataSize, pointerCount);
        }

        @Override
        public StructSize structSize() {
            return size;
        }

        @Override
        public Reader asReader(Builder builder) {
            throw new UnsupportedOperationException("what is written here is not read again");
        }
    }
}
