package dev.posthouse.relay.splice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.Reason;
import dev.posthouse.net.TcpStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PumpedSpliceTest extends SpliceContract {

    @Override
    ByteStream leg(TcpStream raw) {
        return new Delegating(raw);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSocketIsJoinedToAnotherKindOfStream(boolean socketLeft) throws Exception {
        Connection socket = connect();
        Connection other = connect();
        var bare = new Connection(socket.peer(), ((Delegating) socket.leg()).below());
        Joined pair = socketLeft ? join(bare, other, Terms.UNLIMITED) : join(other, bare, Terms.UNLIMITED);
        byte[] bytes = random(new SplittableRandom(41), 300_000);

        assertThat(pair.splice()).isInstanceOf(PumpedSplice.class);
        tasks.submit(() -> {
            write(pair.left(), bytes);
            pair.left().shutdownOutput();
            return null;
        });
        assertThat(readAll(pair.right()).bytes()).isEqualTo(bytes);
        pair.right().shutdownOutput();

        assertThat(readAll(pair.left()).ended()).isTrue();
        assertThat(pair.awaitEnd().reason()).isEqualTo(Reason.COMPLETED);
    }

    /** A stream whose one end ends both directions. */
    private static final class WholeClose extends Delegating {

        WholeClose(ByteStream below) {
            super(below);
        }

        @Override
        public boolean carriesHalfClose() {
            return false;
        }

        @Override
        public void shutdownOutput() throws IOException {
            close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theEndOfOneDirectionIsTheEndOfBothWhereOneStreamCannotBeHalfClosed(boolean endAtTheWholeCloser)
            throws Exception {
        Connection left = connect();
        Connection right = connect();
        Joined pair = join(new Connection(left.peer(), new WholeClose(left.leg())), right, Terms.UNLIMITED);
        byte[] bytes = random(new SplittableRandom(42), 500_000);
        TcpStream first = endAtTheWholeCloser ? pair.left() : pair.right();
        TcpStream second = endAtTheWholeCloser ? pair.right() : pair.left();

        tasks.submit(() -> {
            write(first, bytes);
            first.shutdownOutput();
            return null;
        });
        Received got = readAll(second);

        assertThat(got.bytes()).isEqualTo(bytes);
        assertThat(got.ended()).isTrue();
        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.COMPLETED);
        assertThat(end.leftToRight() + end.rightToLeft()).isEqualTo(bytes.length);
    }

    @Test
    void aStreamThatThrowsOfItselfEndsThePairAsOurFault() throws Exception {
        Connection left = connect();
        ByteStream broken = new Delegating(left.leg()) {
            @Override
            public int read(ByteBuffer into) {
                throw new IllegalStateException("a fault in a stream");
            }
        };

        Joined pair = join(new Connection(left.peer(), broken), connect(), Terms.UNLIMITED);

        SpliceEnd end = pair.awaitEnd();
        assertThat(end.reason()).isEqualTo(Reason.INTERNAL);
        assertThat(end.error()).get().satisfies(error -> assertThat(error).hasMessageContaining("a fault in a stream"));
        assertThat(readAll(pair.right()).ended()).isFalse();
    }
}
