package dev.posthouse.rdv.wire;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What each side shows in its header line on a direct connection, so that the other end believes that it is the peer.
 *
 * <p>A stock peer shows the token itself (spec 5.1). Two of ours show a word that is good for one meeting, and for one of the
 * two methods: {@code hex(HMAC-SHA-256(token, "posthouse direct 1 METHOD DIALERNONCE ACCEPTORNONCE"))}, with the nonces that
 * each of them has sent to the relay with its request ({@link Rdv#PROOF}). The line's form stays the same, so that nothing is
 * sent that was not sent before, and whoever is dialled by mistake learns nothing of the token, not even by guessing: the
 * nonces are known to the two peers and the relay alone.
 *
 * <p>Immutable. The words are compared in constant time, and shown by nothing but {@link #line}.
 */
public final class Proof {

    /** 128 random bits, as hex digits. */
    private static final int NONCE_BYTES = 16;

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] dialer;
    private final byte[] acceptor;

    private Proof(byte[] dialer, byte[] acceptor) {
        this.dialer = dialer;
        this.acceptor = acceptor;
    }

    /** The token itself, as the original shows it. */
    public static Proof ofToken(Token token) {
        byte[] word = token.onHeaderLine().getBytes(StandardCharsets.US_ASCII);
        return new Proof(word, word);
    }

    /**
     * The words of one meeting.
     *
     * @param own the method of this end
     * @param ownNonce what this end has sent
     * @param peerNonce what the relay says that the peer has sent
     */
    public static Proof ofMeeting(Token token, Method own, String ownNonce, String peerNonce) {
        boolean dials = own == Method.DIAL;
        String nonces = (dials ? ownNonce : peerNonce) + " " + (dials ? peerNonce : ownNonce);
        return new Proof(word(token, Method.DIAL, nonces), word(token, Method.ACCEPT, nonces));
    }

    private static byte[] word(Token token, Method method, String nonces) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(token.key(), ALGORITHM));
            byte[] said = ("posthouse direct 1 " + method + " " + nonces).getBytes(StandardCharsets.US_ASCII);
            return HexFormat.of().formatHex(mac.doFinal(said)).getBytes(StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has " + ALGORITHM, e);
        }
    }

    /** A fresh nonce for a request. */
    public static String nonce() {
        byte[] bytes = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Whether this could be a nonce of ours. */
    static boolean isNonce(String text) {
        return text.length() == 2 * NONCE_BYTES && text.chars().allMatch(HexFormat::isHexDigit);
    }

    /** The header line of the side whose method this is. */
    public byte[] line(Method own) {
        byte[] before = (Rdv.PROTOCOL + " " + own + " ").getBytes(StandardCharsets.US_ASCII);
        byte[] word = word(own);
        byte[] line = new byte[before.length + word.length + 1];
        System.arraycopy(before, 0, line, 0, before.length);
        System.arraycopy(word, 0, line, before.length, word.length);
        line[line.length - 1] = '\n';
        return line;
    }

    /** Whether this is what the partner of {@code own} must show. Constant time in the word. */
    public boolean isShownBy(HeaderLine line, Method own) {
        byte[] wanted = Token.unescape(word(own.other()));
        boolean shown = MessageDigest.isEqual(wanted, line.token().getBytes(StandardCharsets.ISO_8859_1));
        return shown && line.method().equals(own.other().name());
    }

    private byte[] word(Method of) {
        return of == Method.DIAL ? dialer : acceptor;
    }

    /** Not the words: they must not end in a log. */
    @Override
    public String toString() {
        return "proof";
    }
}
