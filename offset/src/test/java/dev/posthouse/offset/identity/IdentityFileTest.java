package dev.posthouse.offset.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import dev.posthouse.crypto.Base64Url;
import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.crypto.Ed25519PublicKey;
import dev.posthouse.offset.Vectors;
import dev.posthouse.testkit.Background;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of every age of Offset give the right identity or none; ours are private, whole, and never overwritten. */
class IdentityFileTest {

    @TempDir
    private Path directory;

    static Stream<JsonObject> identities() {
        return Vectors.cases("identity_files.json");
    }

    @ParameterizedTest
    @MethodSource("identities")
    void fileIsThatOfOffset(JsonObject vector) throws IOException {
        Path file = file(vector.get("identity_file").getAsString());
        Ed25519KeyPair identity = IdentityFile.read(file);
        assertThat(identity.publicKey()).isEqualTo(Ed25519PublicKey.of(Vectors.bytes(vector, "publicKey")));
        Path written = directory.resolve("written");
        IdentityFile.write(written, identity);
        assertThat(written).hasSameBinaryContentAs(file);
    }

    static Stream<String> rightFiles() {
        String seed = Base64Url.encode(OldKeys.seed());
        return Stream.of(
                OldKeys.json(OldKeys.seed()),
                OldKeys.json(OldKeys.document()),
                OldKeys.toml(OldKeys.seed()),
                OldKeys.toml(OldKeys.document()),
                "{\"privateKey\":\"" + seed + "\"}",
                "{\"privateKey\":\"" + seed + "=\"}",
                OldKeys.json(OldKeys.document()).replace("\"\n}", "=\"\n}"),
                OldKeys.json(OldKeys.document()).replace("\"\n}", "==\"\n}"),
                "{\"name\": {\"is\": [\"me\", 1, null]}, \"privateKey\":\"" + seed + "\", \"made\": true}",
                "{\"\": {\"privateKey\": \"another\"}, \"privateKey\":\"" + seed + "\"}",
                "privateKey = \"" + seed + "=\"",
                "\r\n{ \"privateKey\"\t:\r\n\"" + seed + "\" }\r\n\n",
                "privateKey=\"" + seed + "\"",
                "\n  privateKey\t=  \"" + seed + "\"\r\n");
    }

    @ParameterizedTest
    @MethodSource("rightFiles")
    void everyKnownFormGivesTheSameIdentity(String content) throws IOException {
        Ed25519KeyPair identity = IdentityFile.read(file(content));
        assertThat(identity.publicKey().bytes()).isEqualTo(OldKeys.publicKey());
        assertThat(identity.sign(new byte[0])).isEqualTo(OldKeys.signature());
    }

    static Stream<Arguments> wrongFiles() {
        String seed = Base64Url.encode(OldKeys.seed());
        String notJson = "is not JSON with a field \"privateKey\"";
        String absent = "has no field \"privateKey\"";
        String twice = "has the field \"privateKey\" twice, or without a text";
        String notBase64 = "privateKey is not base64url";
        return Stream.of(
                Arguments.of("", notJson),
                Arguments.of("garbage", notJson),
                Arguments.of(seed, notJson),
                Arguments.of("null", notJson),
                Arguments.of("[\"" + seed + "\"]", notJson),
                Arguments.of("{}", absent),
                Arguments.of("{\"privateKey\": \"" + seed + "\"", notJson),
                Arguments.of("{\"privateKey\": \"" + seed, notJson),
                Arguments.of("{privateKey: '" + seed + "'}", notJson),
                Arguments.of("{\"privateKey\": \"" + seed + "\",}", notJson),
                Arguments.of("{\"privateKey\": \"" + seed + "\", \"privateKey\": \"" + seed + "\"}", twice),
                Arguments.of("{\"" + seed + "\": \"" + seed + "\"}", absent),
                Arguments.of("{\"publicKey\": \"" + seed + "\", \"address\": \"127.0.0.1:1337\"}", absent),
                Arguments.of("{\"privateKey\": 5}", twice),
                Arguments.of("{\"privateKey\": null}", twice),
                Arguments.of("{\"privateKey\": [\"" + seed + "\"]}", twice),
                Arguments.of("{\"privateKey\": \"" + seed + "\"} {}", notJson),
                Arguments.of("{\"privateKey\": \"" + seed + "==\"}", notBase64),
                Arguments.of("{\"privateKey\": \"=" + seed + "\"}", notBase64),
                Arguments.of("{\"privateKey\": \"====\"}", notBase64),
                Arguments.of("{\"x\": " + "[".repeat(5_000) + ", \"privateKey\": \"" + seed + "\"}", notJson),
                Arguments.of("{\"privateKey\": \"" + seed.replace('_', '/') + "\"}", notBase64),
                Arguments.of("{\"privateKey\": \" " + seed + "\"}", notBase64),
                Arguments.of("{\"privateKey\": \"" + seed.substring(0, 42) + "B\"}", notBase64),
                Arguments.of("privateKey = '" + seed + "'", notJson),
                Arguments.of("privateKey = \"" + seed + "\"\nprivateKey = \"" + seed + "\"", notJson),
                Arguments.of("privateKey = \"" + seed + "==\"", notBase64),
                Arguments.of("{\"privateKey\": \"\"}", "privateKey has 0 bytes"),
                Arguments.of(OldKeys.json(Arrays.copyOf(OldKeys.seed(), 31)), "privateKey has 31 bytes"),
                Arguments.of(OldKeys.json(Arrays.copyOf(OldKeys.seed(), 33)), "privateKey has 33 bytes"),
                Arguments.of(OldKeys.json(Arrays.copyOf(OldKeys.document(), 84)), "privateKey has 84 bytes"),
                Arguments.of(OldKeys.toml(Arrays.copyOf(OldKeys.document(), 86)), "privateKey has 86 bytes"));
    }

    @ParameterizedTest
    @MethodSource("wrongFiles")
    void anythingElseIsRefusedWithoutShowingIt(String content, String wrong) throws IOException {
        Path file = file(content);
        MalformedKeyFile refused = refusal(file);
        assertThat(refused)
                .hasMessageStartingWith(file + ": " + wrong)
                .hasNoCause()
                .hasNoSuppressedExceptions();
        assertThat(refused.getMessage())
                .contains("43 characters of a seed")
                .doesNotContain(Base64Url.encode(OldKeys.seed()).substring(0, 8));
        assertThat(file).hasContent(content);
    }

    @Test
    void contentThatIsNoTextIsRefused() throws IOException {
        Path file = Files.write(directory.resolve("binary"), new byte[] {'{', (byte) 0xff, '}'});
        assertThat(refusal(file)).hasMessageStartingWith(file + ": is not text in UTF-8");
    }

    /** Where the two keys lie any bit may differ, elsewhere none. */
    @Test
    void everyBitOfAnOldDocumentCounts() throws IOException {
        for (int bit = 0; bit < 85 * 8; bit++) {
            byte[] document = OldKeys.document();
            document[bit / 8] ^= (byte) (1 << (bit % 8));
            boolean inKey = (bit / 8 >= 16 && bit / 8 < 48) || bit / 8 >= 53;
            Path file = directory.resolve("bit-" + bit);
            assertThatThrownBy(() -> PrivateKeyText.parse(OldKeys.json(document).getBytes(UTF_8), file))
                    .isInstanceOf(MalformedKeyFile.class)
                    .hasMessageStartingWith(file + ": privateKey ")
                    .hasMessageContaining(
                            inKey ? "whose public key is not that of its seed" : "it would be PKCS#8 version 2");
        }
    }

    /** What Offset 0.1.11 does with an old file: it takes the first 32 bytes for the seed. */
    @Test
    void oldDocumentIsNotCutToAWrongSeed() throws IOException {
        Ed25519KeyPair cut = Ed25519KeyPair.ofSeed(Arrays.copyOf(OldKeys.document(), 32));
        assertThat(IdentityFile.read(file(OldKeys.json(OldKeys.document()))).publicKey())
                .isNotEqualTo(cut.publicKey());
    }

    @Test
    void longFilesAreRefused() throws IOException {
        String right = OldKeys.json(OldKeys.seed());
        Path longest = file(right + " ".repeat(65_536 - right.length()));
        assertThat(IdentityFile.read(longest).publicKey().bytes()).isEqualTo(OldKeys.publicKey());
        Path longer = file(right + " ".repeat(65_537 - right.length()));
        assertThat(refusal(longer)).hasMessageStartingWith(longer + ": is longer than 65536 bytes");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void endlessFileIsRefused() {
        assertThat(refusal(Path.of("/dev/zero"))).hasMessageContaining("longer than 65536 bytes");
    }

    @Test
    void absentFileIsNamed() {
        Path file = directory.resolve("absent");
        assertThatThrownBy(() -> IdentityFile.read(file))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(file.toString());
    }

    @Test
    void writtenFileIsPrivateAndAlone() throws IOException {
        Path file = directory.resolve("new.ident");
        Ed25519KeyPair identity = Ed25519KeyPair.generate();
        IdentityFile.write(file, identity);
        assertThat(IdentityFile.read(file).seed()).isEqualTo(identity.seed());
        assertThat(IdentityFile.warning(file)).isEmpty();
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
        assertThat(mode(file)).isEqualTo("rw-------");
    }

    @Test
    void existingFileIsNeverOverwritten() throws IOException {
        Path file = file("anything");
        assertThatThrownBy(() -> IdentityFile.write(file, Ed25519KeyPair.generate()))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessage(file.toString());
        assertThatThrownBy(() -> IdentityFile.readOrCreate(file)).isInstanceOf(MalformedKeyFile.class);
        assertThat(file).hasContent("anything");
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void linkToNowhereIsNotFollowed() throws IOException {
        Path target = directory.resolve("target");
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        assertThatThrownBy(() -> IdentityFile.write(link, Ed25519KeyPair.generate()))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(target).doesNotExist();
        assertThat(directory).isDirectoryNotContaining(path -> !path.equals(link));
    }

    @Test
    void writingNeedsTheDirectory() {
        Path file = directory.resolve("missing/new.ident");
        assertThatThrownBy(() -> IdentityFile.write(file, Ed25519KeyPair.generate()))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void createdOnceThenReadInPrivateDirectories() throws IOException {
        Path file = directory.resolve("a/b/own.ident");
        Ed25519KeyPair created = IdentityFile.readOrCreate(file);
        assertThat(IdentityFile.readOrCreate(file).seed()).isEqualTo(created.seed());
        assertThat(IdentityFile.read(file).seed()).isEqualTo(created.seed());
        assertThat(mode(directory.resolve("a"))).isEqualTo("rwx------");
        assertThat(mode(directory.resolve("a/b"))).isEqualTo("rwx------");
        assertThat(mode(file)).isEqualTo("rw-------");
    }

    @Test
    void oldFileStaysAsItIsWhenItIsFound() throws IOException {
        Path file = file(OldKeys.toml(OldKeys.document()));
        assertThat(IdentityFile.readOrCreate(file).publicKey().bytes()).isEqualTo(OldKeys.publicKey());
        assertThat(file).hasContent(OldKeys.toml(OldKeys.document()));
    }

    @Test
    void allThatStartAtOnceGetOneIdentity() throws Exception {
        int threads = 8;
        for (int round = 0; round < 25; round++) {
            Path file = directory.resolve("round-" + round + "/deep/own.ident");
            var barrier = new CyclicBarrier(threads);
            List<Background<Ed25519KeyPair>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(Background.startOnPlatformThread(() -> {
                    barrier.await();
                    return IdentityFile.readOrCreate(file);
                }));
            }
            Set<Ed25519PublicKey> keys = new HashSet<>();
            for (Background<Ed25519KeyPair> one : all) {
                keys.add(one.result().publicKey());
            }
            assertThat(keys).containsExactly(IdentityFile.read(file).publicKey());
            assertThat(file.getParent()).isDirectoryNotContaining(path -> !path.equals(file));
        }
    }

    /** A file system without links and modes: a zip archive. */
    @Test
    void worksWithoutLinksAndModes() throws IOException {
        URI zip = URI.create("jar:" + directory.resolve("archive.zip").toUri());
        try (FileSystem archive = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            Path file = archive.getPath("/keys/own.ident");
            Ed25519KeyPair created = IdentityFile.readOrCreate(file);
            assertThat(IdentityFile.read(file).seed()).isEqualTo(created.seed());
            assertThatThrownBy(() -> IdentityFile.write(file, Ed25519KeyPair.generate()))
                    .isInstanceOf(FileAlreadyExistsException.class);
            assertThat(IdentityFile.read(file).seed()).isEqualTo(created.seed());
            assertThat(IdentityFile.warning(file)).isEmpty();
            assertThat(file.getParent()).isDirectoryNotContaining(path -> !path.equals(file));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-", "rw-rw-rw-"})
    void fileOpenToOthersIsReadWithAWarning(String mode) throws IOException {
        Path file = file(OldKeys.json(OldKeys.seed()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThat(IdentityFile.read(file).publicKey().bytes()).isEqualTo(OldKeys.publicKey());
        assertThat(IdentityFile.warning(file))
                .contains("identity file " + file + " is open to other users (" + mode
                        + "): make it the owner's only, chmod 600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-------", "r--------", "rwx------"})
    void ownersOnlyFileHasNoWarning(String mode) throws IOException {
        Path file = file(OldKeys.json(OldKeys.seed()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        assertThat(IdentityFile.warning(file)).isEmpty();
    }

    @Test
    void absentFileHasNoWarning() {
        assertThat(IdentityFile.warning(directory.resolve("absent"))).isEmpty();
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("file.ident"), content);
    }

    private static MalformedKeyFile refusal(Path file) {
        return catchThrowableOfType(MalformedKeyFile.class, () -> IdentityFile.read(file));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
