package dev.posthouse.daemon;

import java.io.IOException;
import java.util.Objects;

/** Why an address cannot be listened on, in words that say what would help. */
final class BindFailure {

    private BindFailure() {}

    static String words(IOException e) {
        String message = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
        if (message.contains("Cannot assign requested address")) {
            return "no interface of this host has that address, or not yet (" + message + ")";
        }
        if (message.contains("Address already in use")) {
            return "another process listens there (" + message + ")";
        }
        if (message.contains("Permission denied")) {
            return "this user may not use the port; below 1024 it takes root or CAP_NET_BIND_SERVICE (" + message + ")";
        }
        return message;
    }
}
