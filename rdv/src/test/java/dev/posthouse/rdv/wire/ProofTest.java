package dev.posthouse.rdv.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.memory.MemoryPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProofTest {

    private static final String DIALERS = "00112233445566778899aabbccddeeff";
    private static final String ACCEPTORS = "ffeeddccbbaa99887766554433221100";

    /** What {@code proof} shows, as the other end reads it. */
    private static HeaderLine shown(Proof proof, Method method) throws IOException {
        try (MemoryPair pair = MemoryPair.create()) {
            ByteStream writer = pair.left();
            writer.write(ByteBuffer.wrap(proof.line(method)));
            return HeaderLine.of(Line.read(pair.right()));
        }
    }

    /** The words were computed with Python's hmac. */
    @ParameterizedTest
    @CsvSource({
        "DIAL,   f352780556a61b9f6c19a3673bf61744db8a2ff3991dfcd8e17d495c4f65fe9c",
        "ACCEPT, 80b008064b4c4b9da10005de7fef44cbfe692443a3d67564f058912f0be7117c",
    })
    void wordOfAMeetingIsAKeyedHashOfTheMethodAndBothNonces(Method method, String word) {
        Proof proof = Proof.ofMeeting(Token.of("a b"), Method.DIAL, DIALERS, ACCEPTORS);

        assertThat(new String(proof.line(method), StandardCharsets.US_ASCII))
                .isEqualTo("rdv/1 " + method + " " + word + "\n");
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void eachEndTakesWhatTheOtherShows(Method own) throws IOException {
        boolean dials = own == Method.DIAL;
        Proof here = Proof.ofMeeting(Token.of("t"), own, dials ? DIALERS : ACCEPTORS, dials ? ACCEPTORS : DIALERS);
        Proof there =
                Proof.ofMeeting(Token.of("t"), own.other(), dials ? ACCEPTORS : DIALERS, dials ? DIALERS : ACCEPTORS);

        assertThat(there.isShownBy(shown(here, own), own.other())).isTrue();
        assertThat(here.isShownBy(shown(here, own), own))
                .as("its own line comes back")
                .isFalse();
    }

    @Test
    void anotherTokenAnotherMeetingAndTheBareTokenAreNotThePeer() throws IOException {
        Proof ours = Proof.ofMeeting(Token.of("t"), Method.DIAL, DIALERS, ACCEPTORS);

        for (Proof other : new Proof[] {
            Proof.ofMeeting(Token.of("u"), Method.DIAL, DIALERS, ACCEPTORS),
            Proof.ofMeeting(Token.of("t"), Method.DIAL, DIALERS, DIALERS),
            Proof.ofMeeting(Token.of("t"), Method.DIAL, ACCEPTORS, DIALERS),
            Proof.ofToken(Token.of("t")),
        }) {
            assertThat(ours.isShownBy(shown(other, Method.ACCEPT), Method.DIAL)).isFalse();
        }
        var acceptors = shown(ours, Method.ACCEPT);
        assertThat(ours.isShownBy(acceptors, Method.DIAL)).isTrue();
        String word = acceptors.token();
        for (String wrong : new String[] {"", word.substring(1), word + "0", word.substring(0, 63) + "x", "t"}) {
            assertThat(ours.isShownBy(new HeaderLine("ACCEPT", wrong), Method.DIAL))
                    .isFalse();
        }
        assertThat(ours.isShownBy(new HeaderLine("accept", word), Method.DIAL)).isFalse();
    }

    @Test
    void noncesAreFreshAndProofsDoNotShowThemselves() {
        assertThat(Proof.nonce()).matches("[0-9a-f]{32}").isNotEqualTo(Proof.nonce());
        assertThat(Proof.ofToken(Token.of("secret"))).hasToString("proof");
    }
}
