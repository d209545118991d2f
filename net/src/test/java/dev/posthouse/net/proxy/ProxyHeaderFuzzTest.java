package dev.posthouse.net.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.proxy.Decoded.Header;
import dev.posthouse.net.proxy.Decoded.NeedMore;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES) // one fuzzing run is one test
class ProxyHeaderFuzzTest {

    @FuzzTest(maxDuration = "2m")
    void aHeaderIsTheSameHoweverItCameAndReadsEqualOnceWritten(byte[] bytes) throws ProtocolViolation {
        Optional<Decoded> whole = decode(bytes, bytes.length);
        for (int cut = 0; cut < bytes.length; cut++) {
            Optional<Decoded> early = decode(bytes, cut);
            if (early.isEmpty() || !(early.get() instanceof NeedMore more)) {
                // an answer stands, and more bytes do not change it
                assertThat(early).isEqualTo(whole);
                break;
            }
            assertThat(more.atLeast()).isGreaterThan(cut);
            if (bytes.length < more.atLeast() && whole.isPresent()) {
                assertThat(whole.get()).isNotInstanceOf(Header.class);
            }
        }
        if (whole.isPresent() && whole.get() instanceof Header(ProxyHeader header, int length)) {
            assertThat(length).isBetween(1, bytes.length);
            assertThat(decode(header.toBytesV2())).isEqualTo(new Header(header, header.toBytesV2().length));
            ProxyHeader inV1 = new ProxyHeader(false, header.source(), header.destination(), ByteBuffer.allocate(0));
            assertThat(decode(header.toBytesV1())).isEqualTo(new Header(inV1, header.toBytesV1().length));
        }
    }

    /** Empty for a violation, the only error that there may be. */
    private static Optional<Decoded> decode(byte[] bytes, int length) {
        try {
            return Optional.of(ProxyHeader.decode(ByteBuffer.wrap(bytes, 0, length)));
        } catch (ProtocolViolation e) {
            assertThat(e.getMessage()).matches("PROXY header [ -~]+");
            return Optional.empty();
        }
    }

    private static Decoded decode(byte[] bytes) throws ProtocolViolation {
        return ProxyHeader.decode(ByteBuffer.wrap(bytes));
    }
}
