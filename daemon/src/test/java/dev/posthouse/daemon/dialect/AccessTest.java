package dev.posthouse.daemon.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.daemon.access.AccessControl;
import dev.posthouse.daemon.access.AccessKeys;
import dev.posthouse.daemon.access.AccessRules;
import dev.posthouse.daemon.access.BearerTokens;
import dev.posthouse.daemon.configuration.Configuration;
import dev.posthouse.net.Reason;
import dev.posthouse.net.address.IpAddress;
import dev.posthouse.net.address.NetworkBlocks;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.RequestHead;
import dev.posthouse.rdv.wire.Extensions;
import dev.posthouse.rdv.wire.Method;
import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class AccessTest {

    @TempDir
    Path directory;

    private static Optional<Integer> status(AccessRules rules, String from, String... authorizations) {
        var headers = Headers.builder();
        for (String authorization : authorizations) {
            headers = headers.add("Authorization", authorization);
        }
        var head = new RequestHead("DIAL", "/t", "HTTP/1.1", headers.build());
        var request = new RdvRequest(Method.DIAL, "t", List.of(), Extensions.NONE, head);
        return new RdvAccess(new AccessControl(rules))
                .decide(request, IpAddress.parse(from).toInetAddress())
                .map(Refusal::status);
    }

    private AccessRules rules(String... tokens) throws IOException {
        Path file = Files.write(directory.resolve("tokens"), List.of(tokens));
        return new AccessRules(
                NetworkBlocks.NONE, NetworkBlocks.NONE, Optional.of(BearerTokens.read(file)), Optional.empty());
    }

    @Test
    void openRulesAdmitEverybody() {
        assertThat(status(AccessRules.OPEN, "203.0.113.1")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10.1.2.3,", "10.9.0.1,403", "192.0.2.1,403", "2001:db8::1,", "::1,403"})
    void networksDecideAndDenyingWins(String from, @org.jspecify.annotations.Nullable Integer status) {
        var rules = new AccessRules(
                NetworkBlocks.parse(List.of("10.0.0.0/8", "2001:db8::/32")),
                NetworkBlocks.parse(List.of("10.9.0.0/16")),
                Optional.empty(),
                Optional.empty());

        assertThat(status(rules, from)).isEqualTo(Optional.ofNullable(status));
    }

    @Test
    void aTokenOfTheFileIsNeeded() throws IOException {
        AccessRules rules = rules("# the first team", "  alpha  ", "", "beta");

        assertThat(status(rules, "192.0.2.1", "Bearer alpha")).isEmpty();
        assertThat(status(rules, "192.0.2.1", "bearer beta")).isEmpty();
        assertThat(status(rules, "192.0.2.1")).contains(401);
        assertThat(status(rules, "192.0.2.1", "Bearer gamma")).contains(401);
        assertThat(status(rules, "192.0.2.1", "Bearer")).contains(401);
        assertThat(status(rules, "192.0.2.1", "Basic alpha")).contains(401);
        assertThat(status(rules, "192.0.2.1", "Bearer # the first team")).contains(401);
        assertThat(status(rules, "192.0.2.1", "Bearer ")).contains(401);
    }

    @Test
    void refusalsAreCountedAsUnauthorized() throws IOException {
        var control = new AccessControl(rules("alpha"));
        var head = new RequestHead("DIAL", "/t", "HTTP/1.1", Headers.builder().build());
        var request = new RdvRequest(Method.DIAL, "t", List.of(), Extensions.NONE, head);

        assertThat(new RdvAccess(control).decide(request, IpAddress.parse("::1").toInetAddress()))
                .map(Refusal::reason)
                .contains(Reason.UNAUTHORIZED);
    }

    @Test
    void newRulesHoldForWhoeverComesNext() throws IOException {
        var control = new AccessControl(AccessRules.OPEN);
        control.rules(rules("alpha"));

        assertThat(control.rules().open()).isFalse();
        assertThat(control.rules().description())
                .isEqualTo(
                        "access is restricted: over rdv to those who have one of 1 bearer tokens, over offset to nobody");
    }

    @Test
    void theOpenDescriptionSaysHowToRestrict() {
        assertThat(AccessRules.OPEN.description())
                .contains("open")
                .contains("access.tokens")
                .contains("access.deny");
    }

    @Test
    void aFileThatOthersCanReadIsWarnedOf() throws IOException {
        Path file = Files.write(directory.resolve("tokens"), List.of("alpha"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(BearerTokens.read(file).readableByAll()).isTrue();

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(BearerTokens.read(file).readableByAll()).isFalse();
    }

    @Test
    void aFileWithoutTokensIsWarnedOf() throws IOException {
        assertThat(rules("# nobody yet").warnings()).anyMatch(warning -> warning.contains("nobody is let in"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"two words", "t\u00f6ken", "tab\tbed"})
    void aTokenThatCouldNotStandInAHeaderIsRefusedWithItsLine(String token) {
        assertThatThrownBy(() -> rules("good", token))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tokens:2: ")
                .hasMessageNotContaining(token);
    }

    @Test
    void aMissingFileIsNamedWithItsSetting() throws Exception {
        Path file = directory.resolve("nowhere");
        Configuration configuration =
                Configuration.load(Optional.empty(), Map.of(), Map.of("--access-tokens", file.toString()));

        assertThatThrownBy(() -> AccessRules.of(configuration)).hasMessage("access.tokens: there is no file " + file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--access-tokens", "--access-keys"})
    void aFileThatCannotBeReadIsNamedWithItsSettingAndTheReason(String flag) throws Exception {
        Path latin = Files.write(directory.resolve("latin"), new byte[] {'a', (byte) 0xfc});
        String setting = flag.substring(2).replace('-', '.');

        assertThatThrownBy(() -> AccessRules.of(
                        Configuration.load(Optional.empty(), Map.of(), Map.of(flag, directory.toString()))))
                .hasMessage(setting + ": " + directory + " is a directory, not a file");
        assertThatThrownBy(() ->
                        AccessRules.of(Configuration.load(Optional.empty(), Map.of(), Map.of(flag, latin.toString()))))
                .hasMessage(setting + ": " + latin + " is not UTF-8 text");
    }

    @Test
    void tokensAreNeverShown() throws IOException {
        assertThat(rules("alpha").toString()).doesNotContain("alpha");
    }

    @Test
    void aKeyOfTheFileIsNeeded() throws Exception {
        Ed25519PublicKey known = Ed25519KeyPair.generate().publicKey();
        Ed25519PublicKey stranger = Ed25519KeyPair.generate().publicKey();
        Path file = Files.write(directory.resolve("keys"), List.of("# friends", "", "  " + known + " my laptop"));
        var rules = new AccessRules(
                NetworkBlocks.NONE,
                NetworkBlocks.parse(List.of("10.0.0.0/8")),
                Optional.empty(),
                Optional.of(AccessKeys.read(file)));
        var control = new AccessControl(rules);

        assertThat(control.admits(known, IpAddress.parse("192.0.2.1").toInetAddress()))
                .isTrue();
        assertThat(control.admits(known, IpAddress.parse("10.0.0.1").toInetAddress()))
                .isFalse();
        assertThat(control.admits(stranger, IpAddress.parse("192.0.2.1").toInetAddress()))
                .isFalse();
        assertThat(status(rules, "192.0.2.1", "Bearer alpha"))
                .as("a peer without a key")
                .contains(403);
        assertThat(rules.open()).isFalse();
        assertThat(rules.description()).contains("over rdv to nobody", "1 public keys");
        assertThat(rules.warnings()).hasSize(1);
    }

    @Test
    void whereTokensAreNeededNobodyComesInByIdentity() throws Exception {
        var control = new AccessControl(rules("alpha"));

        assertThat(control.admits(
                        Ed25519KeyPair.generate().publicKey(),
                        IpAddress.parse("192.0.2.1").toInetAddress()))
                .isFalse();
    }

    @Test
    void aFileOfKeysThatHasSomethingElseIsRefusedWithItsLine() throws Exception {
        Path file = Files.write(directory.resolve("keys"), List.of("# ok", "not-a-key"));

        assertThatThrownBy(() -> AccessKeys.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("keys:2:");
    }
}
