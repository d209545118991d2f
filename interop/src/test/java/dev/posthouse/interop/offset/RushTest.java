package dev.posthouse.interop.offset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.testkit.ChildProcess;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connector that starts the moment its listener's {@code listen} has returned finds it, as at the original. */
@LiveOffset
class RushTest {

    @TempDir
    static Path directory = Path.of("");

    @Test
    void aConnectorThatStartsWhenListenHasReturnedFindsItsListener() throws Exception {
        try (LiveRelay relay = LiveRelay.start(Side.OURS, directory);
                ChildProcess rush = Clients.peer("rush", relay.meeting(), Who.in(directory), "--count", "60")
                        .start()) {
            assertThat(rush.awaitExit()).as(rush::everything).isZero();
            assertThat(Events.out(rush).await("rushed").get("met").getAsInt()).isEqualTo(60);
        }
    }
}
