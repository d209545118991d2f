package dev.posthouse.relay.splice;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A connected channel without a socket, to which a test's peer sends single bytes. */
final class ScriptedChannel extends SocketChannel {

    private static final InetSocketAddress PEER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);

    private final ScriptedSelector selector;
    private final AtomicInteger bytes = new AtomicInteger();

    ScriptedChannel(ScriptedSelector selector) {
        super(null);
        this.selector = selector;
    }

    /** A byte comes. */
    void receive() {
        bytes.incrementAndGet();
        selector.look();
    }

    boolean isReadable() {
        return bytes.get() > 0;
    }

    @Override
    public int read(ByteBuffer into) {
        if (!isReadable()) {
            return 0;
        }
        bytes.decrementAndGet();
        into.put((byte) 1);
        return 1;
    }

    @Override
    public SocketAddress getRemoteAddress() {
        return PEER;
    }

    @Override
    public SocketAddress getLocalAddress() {
        return PEER;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isConnectionPending() {
        return false;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) {
        return this;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    protected void implConfigureBlocking(boolean block) {}

    @Override
    protected void implCloseSelectableChannel() {}

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        throw unused();
    }

    @Override
    public SocketChannel bind(SocketAddress local) throws IOException {
        throw unused();
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        throw unused();
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        throw unused();
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException("there is no socket");
    }

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        throw unused();
    }

    @Override
    public boolean finishConnect() throws IOException {
        throw unused();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        throw unused();
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        throw unused();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        throw unused();
    }

    private static IOException unused() {
        return new IOException("a watch does not use this");
    }
}
