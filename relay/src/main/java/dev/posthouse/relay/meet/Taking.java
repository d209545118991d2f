package dev.posthouse.relay.meet;

/** What came of taking somebody out whom the directory knows. */
public sealed interface Taking {

    /** It waited on this node, and is the caller's now. */
    record Here(WaitingRoom.Taken taken) implements Taking {}

    /**
     * It waits on another node, whose slots mean nothing here.
     *
     * @param node the other's name
     */
    record Elsewhere(String node) implements Taking {}

    /** It is gone: it left, its time was up, or somebody else took it. */
    record Gone() implements Taking {}
}
