package dev.posthouse.net.connection;

import dev.posthouse.net.MessageStream;

/** A connection that carries messages, whose borders the peer sees. */
public interface MessageConnection extends Connection {

    /** The messages. The same object at every call. */
    MessageStream messages();
}
