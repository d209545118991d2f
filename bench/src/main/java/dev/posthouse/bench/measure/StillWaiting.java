package dev.posthouse.bench.measure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Checks that peers that were left waiting still are: nothing has come for them. */
final class StillWaiting {
    /** The first line of an HTTP answer. */
    private static final int LINE = 128;

    private StillWaiting() {}

    /** @throws IOException if one was answered or closed; with how many, and the first answer */
    static void check(List<SocketChannel> waiting) throws IOException {
        int gone = 0;
        String answer = "";
        ByteBuffer bytes = ByteBuffer.allocate(LINE);
        for (SocketChannel channel : waiting) {
            bytes.clear();
            channel.configureBlocking(false);
            int count = channel.read(bytes);
            if (count == 0) {
                continue;
            }
            gone++;
            if (answer.isEmpty()) {
                answer = count < 0
                        ? "closed"
                        : StandardCharsets.US_ASCII
                                .decode(bytes.flip())
                                .toString()
                                .lines()
                                .findFirst()
                                .orElse("");
            }
        }
        if (gone > 0) {
            throw new IOException(gone + " of " + waiting.size() + " waiting peers were sent away: " + answer);
        }
    }
}
