package dev.posthouse.bench.contestant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.bench.process.ChildProcesses;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForwarderTest {
    private static final int PAIRS = 200;

    @Test
    void pairsThatAreOpenedOnAllSlotsAtOnceAreEachConnectedToTheirOwnPartner(@TempDir Path directory)
            throws IOException {
        try (var children = new ChildProcesses(directory);
                RunningRelay<Pair> none = Forwarder.none(children).start();
                Pairs<Pair> pairs = Pairs.open(PAIRS, none::openPair)) {
            assertThat(pairs.all()).hasSize(PAIRS).allSatisfy(pair -> {
                assertThat(pair.acceptor().getRemoteAddress())
                        .isEqualTo(pair.dialer().getLocalAddress());
                assertThat(pair.dialer().getRemoteAddress())
                        .isEqualTo(pair.acceptor().getLocalAddress());
            });
        }
    }

    @Test
    void whatIsSentAfterTheSetUpIsAllThatArrives(@TempDir Path directory) throws IOException {
        try (var children = new ChildProcesses(directory);
                RunningRelay<Pair> none = Forwarder.none(children).start();
                Pair pair = none.openPair(RunningRelay.SLOTS - 1)) {
            pair.dialer().write(ByteBuffer.wrap(new byte[] {7, 8}));
            pair.dialer().shutdownOutput();

            assertThat(readAll(pair.acceptor())).containsExactly(7, 8);
        }
    }

    private static byte[] readAll(SocketChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(64);
        while (channel.read(bytes) >= 0) {
            // until the end
        }
        byte[] all = new byte[bytes.flip().remaining()];
        bytes.get(all);
        return all;
    }
}
