package dev.posthouse.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/**
 * An HTTP proxy for tests, on a free port of 127.0.0.1: grants every CONNECT, and leads all tunnels to one address,
 * whomever they were asked for. Written with the JDK's sockets, so that it shares nothing with what it tests. Thread-safe.
 */
public final class ConnectProxy implements AutoCloseable {

    private static final int LONGEST_HEAD = 16 * 1024;

    private final ServerSocket listener;
    private final String scheme;
    private final InetSocketAddress target;
    private final List<String> heads = new CopyOnWriteArrayList<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private ConnectProxy(ServerSocketFactory sockets, String scheme, InetSocketAddress target) throws IOException {
        this.listener = sockets.createServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        this.scheme = scheme;
        this.target = target;
        Thread.ofVirtual().name("proxy").start(this::acceptAll);
    }

    /** Starts one that is spoken to plainly. */
    public static ConnectProxy to(InetSocketAddress target) throws IOException {
        return new ConnectProxy(ServerSocketFactory.getDefault(), "http", target);
    }

    /** Starts one that is spoken to by TLS. */
    public static ConnectProxy withTls(SSLContext context, InetSocketAddress target) throws IOException {
        return new ConnectProxy(context.getServerSocketFactory(), "https", target);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    /** Its address as HTTPS_PROXY has it: {@code http://127.0.0.1:PORT}. */
    public String url() {
        return scheme + "://127.0.0.1:" + listener.getLocalPort();
    }

    /** The heads of all requests until now, the empty line at their end included. */
    public List<String> heads() {
        return List.copyOf(heads);
    }

    private void acceptAll() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                open.add(client);
                Thread.ofVirtual().name("proxy tunnel").start(() -> serve(client));
            } catch (IOException e) {
                // It was closed, or the client has gone already.
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            heads.add(head(client));
            try (var onwards = new Socket(target.getAddress(), target.getPort())) {
                open.add(onwards);
                client.getOutputStream()
                        .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                Thread back = Thread.ofVirtual().name("proxy tunnel back").start(() -> copy(onwards, client));
                copy(client, onwards);
                back.join();
            }
        } catch (IOException e) {
            // The tunnel ends.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Not one byte more: what follows belongs to the tunnel. */
    private static String head(Socket client) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = client.getInputStream().read();
            if (next < 0 || head.length() == LONGEST_HEAD) {
                throw new IOException("that is no request");
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            end(from);
            end(to);
        }
    }

    private static void end(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is over in any case.
        }
    }

    /** Ends everything, open tunnels included. */
    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(ConnectProxy::end);
    }
}
