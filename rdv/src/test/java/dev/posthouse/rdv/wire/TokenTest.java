package dev.posthouse.rdv.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.rdv.Vectors;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The three spellings of a token are those of the original. */
class TokenTest {

    static Stream<JsonElement> rows() {
        return StreamSupport.stream(Vectors.list("token-escaping.json").spliterator(), false);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void spellingsAreTheOriginals(JsonElement row) throws RefusedRequest {
        String text = row.getAsJsonObject().get("Token").getAsString();
        JsonElement target = row.getAsJsonObject().get("RequestTarget");
        if (target.isJsonNull()) {
            assertThatThrownBy(() -> Token.of(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            row.getAsJsonObject().get("ClientError").getAsString());
            return;
        }
        Token token = Token.of(text);
        assertThat(token.target(ServerAddress.parse("http://relay.example"))).isEqualTo(target.getAsString());
        assertThat(token.onHeaderLine())
                .isEqualTo(row.getAsJsonObject().get("P2PHeaderToken").getAsString());
        String atServer = row.getAsJsonObject().get("ServerToken").getAsString();
        if (atServer.isEmpty()) {
            assertThatThrownBy(() -> parse(target.getAsString()))
                    .isInstanceOf(RefusedRequest.class)
                    .hasMessage("400 missing rdv token");
        } else {
            assertThat(parse(target.getAsString()).tokenText()).isEqualTo(atServer);
        }
    }

    private static RdvRequest parse(String target) throws RefusedRequest {
        Headers headers = Headers.builder()
                .add("Connection", "upgrade")
                .add("Upgrade", "rdv/1")
                .build();
        return RdvRequest.parse(new RequestHead("DIAL", target, "HTTP/1.1", headers), RequestTarget.below("/", target));
    }

    @ParameterizedTest
    @CsvSource({
        "http://relay.example/rdv, tok, /rdv/tok",
        "http://relay.example/rdv/, tok, /rdv/tok",
        "http://relay.example/rdv//x/, a/../tok, /rdv/x/tok",
        "http://relay.example/rdv?key=1, tok, /rdv/tok?key=1",
        "http://relay.example/a%20b, tok, /a%20b/tok",
    })
    void tokenIsJoinedToTheServersPath(String server, String token, String target) {
        assertThat(Token.of(token).target(ServerAddress.parse(server))).isEqualTo(target);
    }

    @Test
    void headerLineTokenIsComparedUnescaped() {
        byte[] raw = "a b/ü".getBytes(StandardCharsets.UTF_8);
        var line = new HeaderLine("DIAL", new String(raw, StandardCharsets.ISO_8859_1));
        assertThat(Proof.ofToken(Token.of("a b/ü")).isShownBy(line, Method.ACCEPT))
                .isTrue();
        assertThat(Proof.ofToken(Token.of("a c")).isShownBy(line, Method.ACCEPT))
                .isFalse();
    }

    @Test
    void tokenDoesNotShowItself() {
        assertThat(Token.of("secret").toString()).doesNotContain("secret");
    }

    @Test
    void emptyTokenIsRefusedBeforeAnyNetworkUse() {
        assertThatThrownBy(() -> Token.of("")).hasMessageContaining("missing rdv token");
    }
}
