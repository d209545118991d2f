package dev.posthouse.rdv.wire;

/**
 * rdv as a protocol: what is sent, by whom and when (docs/specs/rdv.md has every detail, with its proof).
 *
 * <pre>
 * dialer                         server                        acceptor
 *   | DIAL /token HTTP/1.1          |                              |
 *   | Rdv-Self-Addrs: ...           |                              |
 *   |------------------------------>|                              |
 *   |   (silent while it waits)     |   ACCEPT /token HTTP/1.1     |
 *   |                               |   Rdv-Self-Addrs: ...        |
 *   |                               |<-----------------------------|
 *   | 101, Rdv-Peer-Addrs           |          101, Rdv-Peer-Addrs |
 *   |<------------------------------|----------------------------->|
 *   |                                                              |
 *   |   rdv/1 DIAL token\n  and  rdv/1 ACCEPT token\n on every     |
 *   |   direct connection: the original writes first and then      |
 *   |   reads; here who was dialled reads first, and writes only   |
 *   |   when the other end has proved that it is the peer          |
 *   |<------------------------------------------------------------>|
 *   |                                                              |
 *   | direct:  OTHER ip:port\n --->| (closes both)                 |
 *   |          CONTINUE\n on the chosen direct connection -------->|
 *   |                                                              |
 *   | relayed: CONTINUE\n -------->| CONTINUE\n ------------------>|
 *   |          bytes               |          bytes                |
 * </pre>
 *
 * <p>The dialer alone decides. Nothing is framed, encrypted, acknowledged or kept alive.
 *
 * <p><b>Versions.</b> All call themselves {@code rdv/1}. This is the protocol of v0.0.6. Up to v0.0.5 the token stood in
 * a header {@code Rdv-Token}, and the lines were {@code HELLO} and {@code CONFIRM} with CRLF; the two cannot talk to each
 * other, and a request of the older kind is refused by name.
 *
 * <p><b>Ours.</b> Headers that stock peers ignore, and that come out in the other's response only if it sent the same: {@link #ROUND_TRIP}
 * tells the peer's wait for a direct path how long the way is; {@link #STREAM} says that the client speaks the acknowledged stream. Two
 * that both find {@link #PEER_STREAM} speak it behind CONTINUE, relayed and direct alike, at the lower of their versions: then each
 * direction has an end of its own, whatever carries the connection. A later layer is a higher version of the same header. {@link #PROOF}
 * carries a nonce: two that both find {@link #PEER_PROOF} show a keyed hash on direct connections instead of the token ({@link Proof}).
 */
public final class Rdv {

    /** Names the protocol in {@code Upgrade} and at the start of a header line. */
    public static final String PROTOCOL = "rdv/1";

    /** Request: the client's own candidates, a comma list of {@code ip:port}. */
    public static final String SELF_ADDRS = "Rdv-Self-Addrs";

    /** Response: the other client's candidates and observed address. */
    public static final String PEER_ADDRS = "Rdv-Peer-Addrs";

    /** Response: the receiving client's address as the server saw it. */
    public static final String OBSERVED_ADDR = "Rdv-Observed-Addr";

    /** Request of the older protocol: the token. */
    public static final String OLDER_TOKEN = "Rdv-Token";

    /** Request, ours: this client's round trip to the server in microseconds. */
    public static final String ROUND_TRIP = "Posthouse-Round-Trip";

    /** Response, ours: the other client's round trip to the server in microseconds. */
    public static final String PEER_ROUND_TRIP = "Posthouse-Peer-Round-Trip";

    /** Request, ours: the highest version of the acknowledged stream that this client speaks. */
    public static final String STREAM = "Posthouse-Stream";

    /** Response, ours: that of the other client. */
    public static final String PEER_STREAM = "Posthouse-Peer-Stream";

    /** Request, ours: 128 random bits in hex, fresh for each request, from which the words on direct connections are made. */
    public static final String PROOF = "Posthouse-Proof";

    /** Response, ours: those of the other client. */
    public static final String PEER_PROOF = "Posthouse-Peer-Proof";

    /** The version of the acknowledged stream that is spoken here. */
    public static final int STREAM_VERSION = 1;

    /** Candidates in a request (spec 2.1). */
    public static final int MAX_SELF_ADDRS = 9;

    /** Candidates in a response: nine of the peer's own and its observed address (spec 2.6). */
    public static final int MAX_PEER_ADDRS = 10;

    /** A command or header line with its line feed: the size of the original's read buffer (spec 4.1). */
    public static final int MAX_LINE = 4_096;

    /**
     * A request or response head. The original takes 1 MiB (spec 2.2); decided here: a token, nine addresses and some
     * application headers fit eight times over, and 50 000 of them at once do not hurt.
     */
    public static final int MAX_HEAD = 32 * 1_024;

    /** How much of a refusal's body is kept for the error message (spec 2.7). */
    public static final int MAX_REFUSAL_BODY = 1_024;

    private Rdv() {}
}
