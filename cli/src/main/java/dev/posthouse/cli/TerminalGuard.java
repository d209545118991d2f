package dev.posthouse.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * Standard output that is a terminal, guarded against bytes that are not text: they would change its character set, move its
 * cursor or make it answer, and nobody wanted to read them.
 *
 * <p>The beginning decides, as it does for {@code curl}, {@code git} and {@code file}: once that is text, everything passes.
 * Used by one thread at a time, like the channel behind it, which it closes.
 */
final class TerminalGuard implements WritableByteChannel {

    /**
     * How many bytes decide: as many as git looks at. A peer's first bytes come in pieces of any size, so it is bytes that
     * count, not writes.
     */
    static final int BEGINNING = 8_000;

    private static final int SPACE = 0x20;
    private static final int DELETE = 0x7f;

    /**
     * A bit for each control character that text for a terminal has: BEL, BS, HT, LF, VT, FF, CR, SO, SI and ESC. Bytes of
     * 128 and more are letters in one encoding or another, so that they say nothing.
     */
    private static final int IN_TEXT = 0xFF80 | 1 << 0x1b;

    private final WritableByteChannel out;
    private long written;

    private TerminalGuard(WritableByteChannel out) {
        this.out = out;
    }

    /**
     * What to write the peer's bytes to.
     *
     * @param out standard output
     * @param terminal whether that is one
     * @param force whether anything may be shown all the same
     * @return {@code out} itself where there is nothing to guard
     */
    static WritableByteChannel around(WritableByteChannel out, Terminal terminal, boolean force) {
        return terminal.out() && !force ? new TerminalGuard(out) : out;
    }

    /**
     * Writes some or all of {@code bytes}, as the channel behind it does.
     *
     * @throws IOException if the beginning is not text; nothing of {@code bytes} is written then, and its position stays
     */
    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int deciding = Math.clamp(BEGINNING - written, 0, bytes.remaining());
        for (int i = bytes.position(); i < bytes.position() + deciding; i++) {
            if (!isText(bytes.get(i) & 0xff)) {
                throw new IOException("binary output to a terminal: add > FILE or --force");
            }
        }
        int count = out.write(bytes);
        written += count;
        return count;
    }

    private static boolean isText(int value) {
        return value < SPACE ? (IN_TEXT >>> value & 1) == 1 : value != DELETE;
    }

    @Override
    public boolean isOpen() {
        return out.isOpen();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
