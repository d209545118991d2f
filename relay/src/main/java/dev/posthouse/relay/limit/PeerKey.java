package dev.posthouse.relay.limit;

/**
 * A key that a peer has proved to have: who it is, wherever it connects from. Where peers of a dialect have none, or a connection has
 * not proved one yet, limits count its address alone.
 *
 * @param dialect whose keys they are: those of two dialects are never the same
 * @param text the public key, as the dialect writes it
 */
public record PeerKey(String dialect, String text) {

    private static final int SHOWN = 8;

    /** Enough of it to tell two apart in a log. */
    @Override
    public String toString() {
        return dialect + ":" + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…");
    }
}
