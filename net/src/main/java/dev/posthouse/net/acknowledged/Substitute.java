package dev.posthouse.net.acknowledged;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads while the application does not, so that what the peer says is heard. Its data go to the backlog. Used by one thread. */
final class Substitute {

    /** What is read at once: little beside what waits in the backlog, and few data come here as a rule. */
    private static final int PIECE = 16 * 1024;

    private final Incoming incoming;
    private final Monitor monitor;
    private final Consumer<@Nullable IOException> ended;
    private @Nullable ByteBuffer piece;

    /** @param ended told when the connection below brings nothing more, with the problem, if there was one */
    Substitute(Incoming incoming, Monitor monitor, Consumer<@Nullable IOException> ended) {
        this.incoming = incoming;
        this.monitor = monitor;
        this.ended = ended;
    }

    /** Reads until it is sent away. The caller has the place of the reader, and no longer has it after that. */
    void stay() {
        while (read(true)) {
            // what came was dealt with
        }
    }

    /** Reads what comes next. The caller has the place of the reader, and no longer has it after that. */
    void readOnce() {
        read(false);
    }

    private boolean read(boolean stays) {
        ByteBuffer read = ByteBuffer.allocate(0);
        @Nullable IOException problem = null;
        boolean over = false;
        try {
            if (piece == null) {
                piece = ByteBuffer.allocate(PIECE);
            }
            over = incoming.step(piece.clear(), Duration.ZERO) == Incoming.ENDED;
            read = piece.flip();
        } catch (IOException e) {
            problem = e;
        } catch (RuntimeException | Error e) {
            problem = new IOException("reading failed: " + e, e);
        }
        over |= problem != null;
        boolean goesOn = monitor.substituteRead(read, over, stays);
        if (over) {
            ended.accept(problem);
        }
        return goesOn;
    }
}
