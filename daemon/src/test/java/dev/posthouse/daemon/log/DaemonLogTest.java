package dev.posthouse.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import dev.posthouse.daemon.configuration.LogFormat;
import dev.posthouse.daemon.configuration.LogLevel;
import dev.posthouse.net.Reason;
import dev.posthouse.net.Role;
import dev.posthouse.net.ShownText;
import dev.posthouse.relay.event.NameTag;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.event.Level;

@ExtendWith(LeakCheck.class)
class DaemonLogTest {

    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);

    private final List<String> lines = new CopyOnWriteArrayList<>();

    private List<String> written(LogLevel level, LogFormat format, RelayEvent... events) {
        try (var log = new DaemonLog(level, format, lines::add)) {
            for (RelayEvent event : events) {
                log.listener().on(event);
            }
        }
        return lines;
    }

    private static RelayEvent closed(String error) {
        return new RelayEvent.CircuitClosed(
                "rdv",
                7,
                new NameTag("a1b2c3"),
                Reason.PEER_RESET,
                10,
                20,
                Duration.ofMillis(1_500),
                Optional.of(error));
    }

    @Test
    void anEventIsOneLineOfText() {
        assertThat(written(LogLevel.INFO, LogFormat.TEXT, closed("java.io.IOException: Connection reset")))
                .singleElement()
                .asString()
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  circuit-closed dialect=rdv circuit=7"
                                + " name=a1b2c3 reason=peer-reset dialerBytes=10 acceptorBytes=20 millis=1500"
                                + " error=\"java.io.IOException: Connection reset\"");
    }

    @Test
    void anEventIsOneJsonObjectWithItsNameFirst() {
        String line = written(LogLevel.INFO, LogFormat.JSON, closed("x")).getFirst();
        JsonObject object = JsonParser.parseString(line).getAsJsonObject();

        assertThat(line).startsWith("{\"event\":\"circuit-closed\",");
        assertThat(object.keySet())
                .containsExactly(
                        "event",
                        "time",
                        "level",
                        "dialect",
                        "circuit",
                        "name",
                        "reason",
                        "dialerBytes",
                        "acceptorBytes",
                        "millis",
                        "error");
        assertThat(object.get("dialerBytes").getAsLong()).isEqualTo(10);
        assertThat(object.get("level").getAsString()).isEqualTo("info");
    }

    @Test
    void whatAPeerSendsCannotBreakOutOfItsField() {
        var event = new RelayEvent.Refused(
                Optional.of("rdv"), HERE, Reason.PROTOCOL_ERROR, "bad\n2026 INFO fake reason=\"ok\"\u001b[31m");

        assertThat(written(LogLevel.DEBUG, LogFormat.TEXT, event))
                .singleElement()
                .asString()
                .endsWith("detail=\"bad\\n2026 INFO fake reason=\\\"ok\\\"\\u001b[31m\"")
                .doesNotContain("\n", "\u001b");
    }

    private static final String FORGED =
            "x\" reason=completed\r\n2026-01-01T00:00:00.000Z ERROR fault\u0085\u2028\u202e\u001b[2K\ud800\u009b";

    @ParameterizedTest
    @EnumSource(LogFormat.class)
    void noWordOfAPeerForgesALineOrAField(LogFormat format) {
        List<String> written = written(
                LogLevel.DEBUG,
                format,
                closed(FORGED),
                new RelayEvent.Refused(Optional.of("rdv"), HERE, Reason.PROTOCOL_ERROR, FORGED),
                new RelayEvent.Advice("rdv", FORGED),
                new RelayEvent.AcceptPaused(FORGED));

        assertThat(written).hasSize(4);
        for (String line : written) {
            assertThat(line.codePoints()).noneMatch(ShownText::isHidden);
            if (format == LogFormat.JSON) {
                assertThat(JsonParser.parseString(line)
                                .getAsJsonObject()
                                .asMap()
                                .values())
                        .contains(new JsonPrimitive(FORGED));
            } else {
                // The quotation mark of the value is escaped: what is behind it is in the value.
                assertThat(line).contains("=\"x\\\" reason=completed");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(LogFormat.class)
    void noWordOfAPeerInAnErrorOfOursForgesALine(LogFormat format) {
        var cause = new IllegalStateException(FORGED, new IllegalArgumentException(FORGED));
        String text = written(LogLevel.INFO, format, new RelayEvent.Fault("serving", cause))
                .getFirst();

        assertThat(text.lines().skip(1)).allMatch(line -> line.startsWith("\t"));
        assertThat(text.codePoints().filter(c -> c != '\n' && c != '\t')).noneMatch(ShownText::isHidden);
    }

    @Test
    void aSentenceWithAPeersWordsIsOneLine() {
        try (var log = new DaemonLog(LogLevel.INFO, LogFormat.TEXT, lines::add)) {
            log.note(Level.WARN, FORGED);
        }
        assertThat(lines).singleElement().asString().startsWith("2");
        assertThat(lines.getFirst().codePoints()).noneMatch(ShownText::isHidden);
    }

    @Test
    void aPeersFaultIsTalkForDebuggingAndOursAnErrorWithItsTrace() {
        var refused = new RelayEvent.Refused(Optional.empty(), HERE, Reason.UNKNOWN_PROTOCOL, "x");
        var fault = new RelayEvent.Fault("serving", new IllegalStateException("broken"));

        assertThat(written(LogLevel.INFO, LogFormat.TEXT, refused, fault))
                .singleElement()
                .asString()
                .contains(" ERROR fault doing=serving error=\"java.lang.IllegalStateException: broken\"\n")
                .contains("\tat dev.posthouse.daemon.log.DaemonLogTest.");
    }

    @Test
    void aFaultIsOneLineOfJsonToo() {
        JsonObject object = JsonParser.parseString(written(
                                LogLevel.INFO,
                                LogFormat.JSON,
                                new RelayEvent.Fault("serving", new AssertionError("broken")))
                        .getFirst())
                .getAsJsonObject();

        assertThat(object.get("error").getAsString()).isEqualTo("java.lang.AssertionError: broken");
        assertThat(object.get("stack").getAsString()).contains("DaemonLogTest");
    }

    @Test
    void everyEventHasALineAndStandsInTheManual() throws IOException {
        var name = new NameTag("a1b2c3");
        List<RelayEvent> all = List.of(
                new RelayEvent.Listening(HERE),
                new RelayEvent.Accepted("rdv", HERE),
                new RelayEvent.Refused(Optional.of("rdv"), HERE, Reason.LIMIT_PEER, "x"),
                new RelayEvent.WaitStarted("rdv", Role.DIALER, name, HERE),
                new RelayEvent.WaitEnded("rdv", Role.DIALER, name, Reason.COMPLETED, Duration.ZERO),
                new RelayEvent.Met("rdv", 1, name, HERE, HERE),
                new RelayEvent.NotRelayed("rdv", 1, name, Reason.DIRECT, Optional.of(HERE), Duration.ZERO),
                new RelayEvent.CircuitOpened("rdv", 2, name, Duration.ZERO),
                closed("x"),
                new RelayEvent.AcceptPaused("Too many open files"),
                new RelayEvent.AcceptResumed(),
                new RelayEvent.Advice("rdv", "set it otherwise"),
                new RelayEvent.Fault("x", new AssertionError("y")));

        assertThat(all).hasSize(RelayEvent.class.getPermittedSubclasses().length);
        assertThat(written(LogLevel.TRACE, LogFormat.JSON, all.toArray(RelayEvent[]::new)))
                .extracting(line -> JsonParser.parseString(line)
                        .getAsJsonObject()
                        .get("event")
                        .getAsString())
                .containsExactly(
                        "listening",
                        "accepted",
                        "refused",
                        "wait-started",
                        "wait-ended",
                        "met",
                        "not-relayed",
                        "circuit-opened",
                        "circuit-closed",
                        "accept-paused",
                        "accept-resumed",
                        "advice",
                        "fault");
        String manual = Files.readString(Path.of("..", "docs", "operations.md"));
        assertThat(all)
                .map(event -> EventLine.of(event).name())
                .allMatch(event -> manual.contains("\n| `" + event + "` |"));
    }

    @Test
    void theLevelCanChange() {
        try (var log = new DaemonLog(LogLevel.ERROR, LogFormat.TEXT, lines::add)) {
            log.note(Level.WARN, "unheard");
            log.level(LogLevel.WARN);
            log.note(Level.WARN, "heard {}");
        }

        assertThat(lines).singleElement().asString().endsWith(" WARN  heard {}");
    }

    @Test
    void aSentenceIsAnEventOfItsOwnInJson() {
        try (var log = new DaemonLog(LogLevel.INFO, LogFormat.JSON, lines::add)) {
            log.note(Level.INFO, "access is open");
            log.event(Level.INFO, "reloaded", Map.of("changed", List.of("limits.lobby")));
        }

        assertThat(lines.getFirst()).startsWith("{\"event\":\"log\",").endsWith("\"message\":\"access is open\"}");
        assertThat(lines.getLast()).endsWith("\"changed\":[\"limits.lobby\"]}");
    }
}
