package dev.posthouse.net.proxy;

/** What the first bytes of a connection say about a PROXY protocol header. */
public sealed interface Decoded {

    /** The bytes do not begin a header of either version, whatever may follow. */
    record NotProxy() implements Decoded {}

    /**
     * The bytes may begin a header, or do, and it is not whole.
     *
     * @param atLeast how many bytes there must be, those that are there included, before asking again can give another
     *     answer. While it is not sure that this is a header it is one more than there are, so that a peer with another
     *     protocol is never waited for
     */
    record NeedMore(int atLeast) implements Decoded {}

    /**
     * A whole header.
     *
     * @param header what it says
     * @param length how many bytes it takes; the connection's own begin behind them
     */
    record Header(ProxyHeader header, int length) implements Decoded {}
}
