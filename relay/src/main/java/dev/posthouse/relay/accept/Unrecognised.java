package dev.posthouse.relay.accept;

import java.io.IOException;

/** Nobody wants these first bytes. */
final class Unrecognised extends IOException {

    Unrecognised(String message) {
        super(message);
    }
}
