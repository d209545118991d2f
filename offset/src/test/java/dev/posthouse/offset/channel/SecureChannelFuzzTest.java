package dev.posthouse.offset.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.net.AuthenticationFailed;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

/** Any record is a message or ends the channel with a declared failure, whether it opens or not. */
@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class SecureChannelFuzzTest {

    /** A channel whose peer has agreed on keys, and then goes mad. */
    private record Mad(SecureChannel channel, Tape tape, RawChannel peer, Tape peers) {
        static Mad create() throws IOException, InterruptedException {
            var tape = new Tape();
            var peers = new Tape();
            var other = Background.start(() -> RawChannel.establish(peers, ChannelPair.RIGHT));
            var own = Background.start(
                    () -> SecureChannel.establish(tape, ChannelPair.LEFT, Optional.empty(), ChannelSettings.DEFAULT));
            for (int i = 0; i < 2; i++) {
                peers.put(tape.next());
                tape.put(peers.next());
            }
            return new Mad(own.result(), tape, other.result(), peers);
        }

        void receiveAll() throws IOException {
            tape.close();
            try {
                while (true) {
                    ByteBuffer message = channel.receive().orElseThrow();
                    assertThat(message.remaining()).isLessThanOrEqualTo(ChannelSettings.DEFAULT.longestFrame());
                }
            } catch (ProtocolViolation | AuthenticationFailed e) {
                assertThat(e.getMessage()).isNotEmpty();
            } catch (java.nio.channels.AsynchronousCloseException e) {
                // the end of the tape
            }
        }
    }

    @FuzzTest(maxDuration = "1m")
    void records(byte[] bytes) throws IOException, InterruptedException {
        Mad mad = Mad.create();
        mad.tape.put(bytes);
        mad.receiveAll();
        assertThat(mad.channel.rekeys()).isZero();
    }

    /** The same sealed, so that what is inside is looked at; then again, and a rekey in between. */
    @FuzzTest(maxDuration = "1m")
    void plaintexts(byte[] bytes) throws IOException, InterruptedException {
        Mad mad = Mad.create();
        for (int length : List.of(bytes.length, bytes.length / 2)) {
            ByteBuffer record = mad.peer.seal(ByteBuffer.wrap(bytes, 0, length).slice());
            byte[] sealed = new byte[record.remaining()];
            record.get(sealed);
            mad.tape.put(sealed);
        }
        mad.receiveAll();
        assertThat(mad.channel.rekeys()).isLessThanOrEqualTo(2);
    }
}
