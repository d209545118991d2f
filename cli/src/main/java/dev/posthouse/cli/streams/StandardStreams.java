package dev.posthouse.cli.streams;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;

/**
 * The standard streams as {@code dial} and {@code accept} use them: channels of bytes that wait instead of returning nothing,
 * and say in a sentence what failed.
 *
 * <p>{@link #settle} comes first in the process; it also puts {@link System#out} and {@link System#err} on streams that lose
 * nothing on a non-blocking descriptor, in UTF-8 whatever the locale. What was printed on {@link System#out} is checked with
 * {@link Printed#check}.
 *
 * <p>{@link #settle} and {@link #open} are for the main thread; the channels are for one thread each.
 */
public final class StandardStreams implements AutoCloseable {

    private static final int IN = 0;
    private static final int OUT = 1;
    private static final int ERR = 2;

    /** What the first use finds, which is the process's first act. */
    private static final class OfTheProcess {
        static final Descriptors DESCRIPTORS = Descriptors.settle();
    }

    private final WaitingInput in;
    private final WaitingOutput out;

    private StandardStreams(WaitingInput in, WaitingOutput out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Finds out which descriptors are missing, and has everything that is printed go through streams that lose nothing.
     *
     * @return what is printed on {@link System#out}, to be checked at the end
     */
    public static Printed settle() {
        Descriptors descriptors = OfTheProcess.DESCRIPTORS;
        var out = new TextOutput(
                descriptors.isMissing(OUT)
                        ? new Closed("standard output")
                        : output(FileDescriptor.out, "standard output"));
        System.setOut(new PrintStream(out, false, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(
                descriptors.isMissing(ERR)
                        ? OutputStream.nullOutputStream()
                        : new TextOutput(output(FileDescriptor.err, "standard error")),
                false,
                StandardCharsets.UTF_8));
        return new Printed(out);
    }

    /**
     * Opens standard input and output for data.
     *
     * @throws StandardStreamFailure if one of them is closed, or visibly cannot be read or written: a directory, or open in
     *     the other direction only. The sentence says what would be right
     */
    public static StandardStreams open() throws StandardStreamFailure {
        Descriptors descriptors = OfTheProcess.DESCRIPTORS;
        if (descriptors.isMissing(IN)) {
            throw new StandardStreamFailure("standard input is closed; < FILE sends a file, < /dev/null nothing");
        }
        if (descriptors.isMissing(OUT)) {
            throw new StandardStreamFailure(
                    "standard output is closed; > FILE keeps what arrives, > /dev/null drops it");
        }
        if (Descriptors.isDirectory(IN)) {
            throw new StandardStreamFailure(
                    "standard input is a directory; tar c DIRECTORY | posthouse … sends what is in it");
        }
        if (Descriptors.isWriteOnly(IN)) {
            throw new StandardStreamFailure("standard input is not open for reading; < FILE sends a file");
        }
        if (Descriptors.isReadOnly(OUT)) {
            throw new StandardStreamFailure("standard output is not open for writing; > FILE keeps what arrives");
        }
        return new StandardStreams(
                new WaitingInput(new FileInputStream(FileDescriptor.in).getChannel(), "standard input"),
                output(FileDescriptor.out, "standard output"));
    }

    private static WaitingOutput output(FileDescriptor descriptor, String name) {
        return new WaitingOutput(new FileOutputStream(descriptor).getChannel(), name);
    }

    /**
     * Standard input. A read waits for at least one byte or the end, and throws {@link StandardStreamFailure} where the system
     * fails it.
     */
    public ReadableByteChannel in() {
        return in;
    }

    /** The same as a stream without any buffer: not one byte more is taken than is read. Not to be closed. */
    public InputStream inputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return in.read(ByteBuffer.wrap(target, offset, length));
            }
        };
    }

    /**
     * Standard output. A write takes all that it is given and throws {@link StandardStreamFailure} where the system fails it.
     * Closing it closes the descriptor, so that a filter that reads it sees the end; nothing can be printed on
     * {@link System#out} afterwards.
     */
    public WritableByteChannel out() {
        return out;
    }

    /** Closes both. */
    @Override
    public void close() throws IOException {
        try (in;
                out) {
            // Both, whatever the first one says.
        }
    }

    /** Stands where a descriptor is missing: every write fails. */
    private record Closed(String name) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            throw new StandardStreamFailure("cannot write to " + name + ": it is closed");
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
