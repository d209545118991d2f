package dev.posthouse.interop.process;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The tags by which a relay's log names tokens and keys. They are keyed with a secret of the relay's process, which the tests give it:
 * several listeners come at once, and each test waits for its own.
 */
public final class Tags {

    private static final String SECRET = "a-secret-that-the-tests-know";

    /** The option of the virtual machine that gives a relay the secret. */
    public static final String OPTION = "-Dposthouse.tags=" + SECRET;

    private static final int SHOWN = 3;

    private Tags() {}

    /** The tag of a name in the log of a relay that was started with {@link #OPTION}. */
    public static String of(String name) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(name.getBytes(StandardCharsets.UTF_8)), 0, SHOWN);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
