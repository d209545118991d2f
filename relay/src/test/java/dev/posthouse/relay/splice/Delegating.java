package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.DelegatingStream;
import dev.posthouse.net.StreamKind;

/** A stream that goes straight through to another, which the data path cannot see. */
class Delegating extends DelegatingStream {

    Delegating(ByteStream below) {
        super(below);
    }

    @Override
    public StreamKind kind() {
        return StreamKind.OTHER;
    }
}
