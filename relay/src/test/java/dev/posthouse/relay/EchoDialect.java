package dev.posthouse.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Begins with a word; answers one line with its name, the observed address and that line, and closes. Remembers how many
 * bytes it was shown at most.
 */
final class EchoDialect implements Dialect {

    private final String name;
    private final byte[] word;
    private final AtomicInteger mostShown = new AtomicInteger();
    private boolean fails;

    EchoDialect(String name, String word) {
        this.name = name;
        this.word = word.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The same, failing as soon as it serves. Called before it is shared. */
    EchoDialect failing() {
        fails = true;
        return this;
    }

    int mostShown() {
        return mostShown.get();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Detection detect(ByteBuffer first) {
        mostShown.accumulateAndGet(first.remaining(), Math::max);
        for (byte b : word) {
            if (!first.hasRemaining()) {
                return Detection.NEED_MORE;
            }
            if (first.get() != b) {
                return Detection.NO;
            }
        }
        return Detection.YES;
    }

    @Override
    public void open(RelayServices services) {
        // shares nothing
    }

    @Override
    public void serve(Leg leg) throws IOException {
        if (fails) {
            throw new IllegalStateException("made to fail");
        }
        var line = new StringBuilder();
        ByteBuffer some = ByteBuffer.allocate(64);
        while (line.indexOf("\n") < 0) {
            if (leg.stream().read(some.clear()) < 0) {
                throw new IOException("ended within its line");
            }
            line.append(StandardCharsets.ISO_8859_1.decode(some.flip()));
        }
        String answer = name + " " + leg.observed().orElseThrow() + " " + line;
        leg.stream().write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1)));
        leg.close();
    }

    @Override
    public void drain() {
        // nobody waits
    }

    @Override
    public void close() {
        // nothing is open
    }
}
