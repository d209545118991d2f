package dev.posthouse.offset.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.memory.Link;
import dev.posthouse.net.memory.MemoryPair;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.testkit.Background;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a stream of frames ends, over every transport. */
class FrameEndTest {

    private static final int LONGEST = FrameStream.DEFAULT_LONGEST;

    @RegisterExtension
    final LeakCheck leaks = new LeakCheck();

    private final List<ByteStream> opened = new ArrayList<>();

    enum Transport {
        MEMORY,
        MEMORY_WITHOUT_HALF_CLOSE,
        TCP
    }

    /** Two ends: {@code here} is closed by the tests, {@code there} is the bare stream of the peer. */
    private record Ends(FrameStream here, Recorder below, ByteStream there) {}

    private Ends connect(Transport transport) throws IOException {
        ByteStream near;
        ByteStream far;
        if (transport == Transport.TCP) {
            try (TcpListener listener = TcpListener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                near = new TcpStream(SocketChannel.open(listener.address()));
                far = new TcpStream(listener.accept());
            }
        } else {
            Link link = transport == Transport.MEMORY ? Link.DEFAULT : Link.DEFAULT.withoutHalfClose();
            MemoryPair pair = MemoryPair.create(link);
            near = pair.left();
            far = pair.right();
        }
        opened.add(far);
        Recorder below = new Recorder(leaks.track(near)); // every test must see the near end closed by itself
        return new Ends(new FrameStream(below, LengthPrefix.U64, LONGEST), below, far);
    }

    @AfterEach
    void closePeers() throws IOException {
        for (ByteStream stream : opened) {
            stream.close();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "TCP"})
    void whatWasSentArrivesAlthoughThePeerHasSomethingUnderWay(Transport transport) throws Exception {
        Ends ends = connect(transport);
        // nobody here reads it: closing the socket with that in it would lose what was sent
        ends.there().write(ByteBuffer.allocate(30_000));
        Background<@Nullable Void> sender = Background.run(() -> {
            for (int i = 0; i < 100; i++) {
                ends.here().send(ByteBuffer.wrap(Bytes.pattern(30_000, 3, i)));
            }
            ends.here().close();
        });
        FrameStream there = new FrameStream(ends.there(), LengthPrefix.U64, LONGEST);
        for (int i = 0; i < 100; i++) {
            assertThat(there.receive()).contains(ByteBuffer.wrap(Bytes.pattern(30_000, 3, i)));
            there.send(ByteBuffer.allocate(i));
        }
        assertThat(there.receive()).isEmpty();
        sender.result();
        there.close();
        ends.here().awaitEnd();
        there.awaitEnd();
    }

    @ParameterizedTest
    @EnumSource
    void aBlockedReceiverEndsWhenThePeerEndsToo(Transport transport) throws Exception {
        Ends ends = connect(transport);
        Background<Object> receiver =
                Background.<Object>start(() -> ends.here().receive()).awaitBlocked();
        ends.here().close();
        ByteBuffer scrap = ByteBuffer.allocate(10);
        assertThat(ends.there().read(scrap)).isEqualTo(-1);
        ends.there().close();
        assertThat(receiver.failure()).isInstanceOf(IOException.class);
        ends.here().awaitEnd();
        assertThat(ends.below().readersTooMany).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource
    void aBlockedReceiverEndsAlsoIfThePeerNeverDoes(Transport transport) throws Exception {
        Ends ends = connect(transport);
        Background<Object> receiver =
                Background.<Object>start(() -> ends.here().receive()).awaitBlocked();
        ends.here().close();
        assertThat(receiver.failure()).isInstanceOf(IOException.class);
        ends.here().awaitEnd();
        assertThat(ends.below().readersTooMany).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "TCP"})
    void aReceiverThatIsInterruptedByBytesHandsOver(Transport transport) throws Exception {
        Ends ends = connect(transport);
        Background<Object> receiver =
                Background.<Object>start(() -> ends.here().receive()).awaitBlocked();
        ends.here().close();
        assertThat(ends.there().read(ByteBuffer.allocate(10))).isEqualTo(-1);
        // a whole frame, which nobody is to get any more, then many more until somebody else reads them all
        ends.there().write(Bytes.hex("00 00 00 00 00 00 00 01 07"));
        assertThat(receiver.failure()).isInstanceOf(IOException.class);
        ends.there().write(ByteBuffer.allocate(4 << 20));
        ends.there().shutdownOutput();
        ends.here().awaitEnd();
        assertThat(ends.below().readersTooMany).hasValue(0);
    }

    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "TCP"})
    void aPeerThatGoesOnSendingIsCutOff(Transport transport) throws Exception {
        Ends ends = connect(transport);
        ends.here().close();
        Background<@Nullable Void> flood = Background.run(() -> {
            while (true) {
                ends.there().write(ByteBuffer.allocate(1 << 20));
            }
        });
        assertThat(flood.failure()).isInstanceOf(IOException.class);
        ends.here().awaitEnd();
    }

    @ParameterizedTest
    @EnumSource
    void aBlockedSenderIsEnded(Transport transport) throws Exception {
        Ends ends = connect(transport);
        Background<@Nullable Void> sender = Background.run(() -> {
            while (true) {
                ends.here().send(ByteBuffer.allocate(1 << 20));
            }
        });
        sender.awaitBlocked();
        ends.here().close();
        assertThat(sender.failure()).isInstanceOf(IOException.class);
        ends.here().awaitEnd();
    }

    @ParameterizedTest
    @EnumSource(names = {"MEMORY", "TCP"})
    void aMessageThatIsBeingWrittenIsCompleted(Transport transport) throws Exception {
        Ends ends = connect(transport);
        Background<Integer> sender = Background.start(() -> {
            for (int i = 0; ; i++) {
                try {
                    ends.here().send(ByteBuffer.allocate(1 << 20));
                } catch (IOException e) {
                    return i;
                }
            }
        });
        sender.awaitBlocked();
        ends.here().close();
        FrameStream there = new FrameStream(ends.there(), LengthPrefix.U64, LONGEST);
        int received = 0;
        while (there.receive().isPresent()) {
            received++;
        }
        assertThat(sender.result()).isEqualTo(received);
        there.close();
        there.awaitEnd();
        ends.here().awaitEnd();
    }

    @ParameterizedTest
    @EnumSource
    void nothingGoesOnAfterTheEnd(Transport transport) throws Exception {
        Ends ends = connect(transport);
        ends.here().close();
        ends.here().close();
        assertThatThrownBy(() -> ends.here().send(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> ends.here().receive()).isInstanceOf(IOException.class);
        ends.there().close();
        ends.here().awaitEnd();
        assertThat(ends.below().writes).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void abortEndsABlockedReceiverAndAnEndThatIsUnderWay(Transport transport) throws Exception {
        Ends ends = connect(transport);
        Background<Object> receiver =
                Background.<Object>start(() -> ends.here().receive()).awaitBlocked();
        ends.here().close();
        ends.here().abort();
        assertThat(receiver.failure()).isInstanceOf(IOException.class);
        ends.here().awaitEnd();
        assertThatThrownBy(() -> ends.here().send(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    }

    @Test
    void abortResets() throws Exception {
        Ends ends = connect(Transport.TCP);
        ends.here().abort();
        ends.here().close();
        ends.here().awaitEnd();
        assertThatThrownBy(() -> ends.there().read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    }

    @Test
    void whoIsInterruptedWhileItWaitsToSendAborts() throws Exception {
        Ends ends = connect(Transport.MEMORY);
        Background<@Nullable Void> first = Background.run(() -> ends.here().send(ByteBuffer.allocate(1 << 20)))
                .awaitBlocked();
        Background<@Nullable Void> second =
                Background.run(() -> ends.here().send(ByteBuffer.allocate(1))).awaitBlocked();
        second.interrupt();
        assertThat(second.failure()).isInstanceOf(IOException.class);
        assertThat(first.failure()).isInstanceOf(IOException.class);
    }
}
