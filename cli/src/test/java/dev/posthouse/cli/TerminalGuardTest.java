package dev.posthouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a terminal is spared, and what not. */
class TerminalGuardTest {

    private static final Terminal SCREEN = new Terminal(false, true, true);
    private static final Terminal FILE = new Terminal(true, false, true);

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final WritableByteChannel out = Channels.newChannel(shown);
    private final WritableByteChannel guarded = TerminalGuard.around(out, SCREEN, false);

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            guarded.write(bytes);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 0x10, 0x1a, 0x1f, 0x7f})
    void bytesThatNoTextHasAreRefusedAndNothingOfTheirPieceIsShown(int value) throws IOException {
        write(text("begins like text\n"));
        ByteBuffer piece = ByteBuffer.wrap(new byte[] {'a', (byte) value});
        assertThatThrownBy(() -> write(piece))
                .isInstanceOf(IOException.class)
                .hasMessage("binary output to a terminal: add > FILE or --force");
        assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo("begins like text\n");
        assertThat(piece.position()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "größe пароль 漢字\r\n", "\u001b[31mred\u001b(B\u001b[m\u000f", "\ttab \u0007\b\f\u000b"})
    void textWithItsControlCharactersIsShown(String text) throws IOException {
        write(text(text));
        assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @Test
    void textInAnOlderEncodingIsShown() throws IOException {
        byte[] latin = "größe".getBytes(StandardCharsets.ISO_8859_1);
        write(ByteBuffer.wrap(latin));
        assertThat(shown.toByteArray()).isEqualTo(latin);
    }

    @Test
    void theBeginningDecidesHoweverItIsCutIntoPieces() throws IOException {
        for (int i = 0; i < TerminalGuard.BEGINNING - 1; i++) {
            write(text("x"));
        }
        assertThatThrownBy(() -> write(ByteBuffer.wrap(new byte[] {0}))).isInstanceOf(IOException.class);
        write(text("x"));
        write(ByteBuffer.wrap(new byte[] {0}));
        assertThat(shown.size()).isEqualTo(TerminalGuard.BEGINNING + 1);
    }

    @Test
    void onlyWhatStandsBeforeThePositionsEndIsLookedAt() throws IOException {
        ByteBuffer piece =
                ByteBuffer.wrap(new byte[] {0, 'a', 'b', 0}).position(1).limit(3);
        write(piece);
        assertThat(shown.toString(StandardCharsets.UTF_8)).isEqualTo("ab");
    }

    @Test
    void aFileOrAForcedTerminalIsNotGuarded() {
        assertThat(TerminalGuard.around(out, FILE, false)).isSameAs(out);
        assertThat(TerminalGuard.around(out, SCREEN, true)).isSameAs(out);
    }

    @Test
    void itClosesWhatItGuards() throws IOException {
        assertThat(guarded.isOpen()).isTrue();
        guarded.close();
        assertThat(out.isOpen()).isFalse();
        assertThat(guarded.isOpen()).isFalse();
    }
}
