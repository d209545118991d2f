package dev.posthouse.bench.relay;

import dev.posthouse.net.TcpListener;
import dev.posthouse.net.TcpStream;
import dev.posthouse.relay.splice.Splicer;
import dev.posthouse.relay.splice.Terms;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;

/**
 * A TCP forwarder over the data path alone, to be measured beside other proxies: every connection that it accepts is
 * joined to a new one to the target. Runs until it is killed.
 */
public final class SpliceForwarder {

    private final Splicer splicer;
    private final InetSocketAddress target;

    private SpliceForwarder(Splicer splicer, InetSocketAddress target) {
        this.splicer = splicer;
        this.target = target;
    }

    /**
     * Prints {@code listening on HOST:PORT} when it is ready.
     *
     * @param arguments LISTEN and TARGET, each HOST:PORT; then, if wanted, the number of loops and the bytes of a loop's
     *     buffer
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 2 && arguments.length != 4) {
            System.err.println("usage: SpliceForwarder LISTEN TARGET [LOOPS BUFFER], addresses as HOST:PORT");
            System.exit(2);
        }
        Splicer.Options options = arguments.length == 2
                ? Splicer.Options.defaults()
                : new Splicer.Options(Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        try (Splicer splicer = Splicer.start(options);
                TcpListener listener = TcpListener.bind(address(arguments[0]))) {
            System.out.println("listening on " + listener.address().getHostString() + ":"
                    + listener.address().getPort());
            var forwarder = new SpliceForwarder(splicer, address(arguments[1]));
            while (true) {
                SocketChannel accepted = listener.accept();
                Thread.startVirtualThread(() -> forwarder.forward(accepted));
            }
        }
    }

    private void forward(SocketChannel accepted) {
        try {
            SocketChannel connected = SocketChannel.open(target);
            splicer.join(new TcpStream(accepted), new TcpStream(connected), Terms.UNLIMITED, end -> {});
        } catch (IOException e) {
            System.err.println("no connection to " + target + ": " + e.getMessage());
            try {
                accepted.close();
            } catch (IOException ignored) {
                // it is gone, which is what was wanted
            }
        }
    }

    private static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }
}
