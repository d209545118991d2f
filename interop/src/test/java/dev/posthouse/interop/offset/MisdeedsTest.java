package dev.posthouse.interop.offset;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that does one thing wrong is ended at once, and our relay serves on. */
@LiveOffset
class MisdeedsTest {

    @TempDir
    static Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"badversion", "badnonce", "badsign", "replay", "garbage", "short", "huge"})
    void endsItsConnectionAlone(String misdeed) throws Exception {
        try (LiveRelay relay = LiveRelay.start(Side.OURS, directory)) {
            // Twice: the second short record froze the original for good.
            for (int i = 0; i < 2; i++) {
                try (Leg leg = Leg.listen(relay.meeting(), Who.in(directory), "--stop-after", misdeed)) {
                    leg.ends(e -> true, Duration.ofSeconds(60));
                }
            }
            // It is the misdeed that ended it, and no time-out. Who has said that it listens waits by then.
            relay.events().await(misdeed.equals("replay") ? "wait-ended" : "refused", e -> e.get("reason")
                    .getAsString()
                    .equals("protocol-error"));
            Serving.check(relay, directory);
        }
    }
}
