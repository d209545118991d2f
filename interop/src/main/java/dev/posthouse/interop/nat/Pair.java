package dev.posthouse.interop.nat;

/** Who dials, who accepts, and whose relay they meet at. In the order of the columns of the expectations. */
enum Pair {
    OURS_OURS("ours/ours", Program.OURS, Program.OURS, Program.OURS),
    OURS_GO("ours/go", Program.OURS, Program.GO, Program.OURS),
    GO_OURS("go/ours", Program.GO, Program.OURS, Program.OURS),
    GO_GO("go/go", Program.GO, Program.GO, Program.GO),
    OURS_OURS_AT_GO("ours/ours@go", Program.OURS, Program.OURS, Program.GO);

    private final String label;
    private final Program dialer;
    private final Program acceptor;
    private final Program relay;

    Pair(String label, Program dialer, Program acceptor, Program relay) {
        this.label = label;
        this.dialer = dialer;
        this.acceptor = acceptor;
        this.relay = relay;
    }

    /** Its column: "ours/go". */
    String label() {
        return label;
    }

    Program dialer() {
        return dialer;
    }

    Program acceptor() {
        return acceptor;
    }

    Program relay() {
        return relay;
    }

    /** Whether all three are ours, so that each end knows the other's round trip. */
    boolean isAllOurs() {
        return dialer == Program.OURS && acceptor == Program.OURS && relay == Program.OURS;
    }
}
