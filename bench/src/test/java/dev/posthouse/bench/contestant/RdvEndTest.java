package dev.posthouse.bench.contestant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RdvEndTest {
    private static final String SWITCH =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: rdv/1\r\n\r\n";

    private SocketChannel client;
    private SocketChannel server;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client = SocketChannel.open(listener.getLocalAddress());
            server = listener.accept();
            server.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void aRequestIsAsTheProtocolWantsIt() throws IOException {
        new RdvEnd(client).request("DIAL", "pair-1", new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080));
        client.shutdownOutput();

        assertThat(readAll(server))
                .isEqualTo(String.join(
                        "\r\n",
                        "DIAL /pair-1 HTTP/1.1",
                        "Host: 127.0.0.1:8080",
                        "Connection: upgrade",
                        "Rdv-Self-Addrs: ",
                        "Upgrade: rdv/1",
                        "",
                        ""));
    }

    @Test
    void headContinueAndFirstByteMayComeInOneSegment() throws IOException {
        send(SWITCH + "CONTINUE\nx");
        var end = new RdvEnd(client);

        end.awaitSwitch();
        end.awaitContinue();
        end.awaitByte();

        assertThat(end.circuit()).isSameAs(client);
    }

    @Test
    void headAndContinueMayComeByteByByte() throws IOException {
        var end = new RdvEnd(client);
        Thread.ofVirtual().start(() -> {
            try {
                for (String one : (SWITCH + "CONTINUE\nx").split("", -1)) {
                    send(one);
                }
            } catch (IOException e) {
                // The test has ended early, and says why.
            }
        });

        end.awaitSwitch();
        end.awaitContinue();
        end.awaitByte();

        assertThat(end.circuit()).isSameAs(client);
    }

    @Test
    void aRefusalIsToldByItsFirstLine() throws IOException {
        send("HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\nover the limit");

        assertThatThrownBy(() -> new RdvEnd(client).awaitSwitch())
                .isInstanceOf(IOException.class)
                .hasMessage("the rdv server refused: HTTP/1.1 429 Too Many Requests");
    }

    @Test
    void anEndBeforeTheHeadIsWholeIsAnError() throws IOException {
        send("HTTP/1.1 101 Swi");
        server.shutdownOutput();

        assertThatThrownBy(() -> new RdvEnd(client).awaitSwitch())
                .isInstanceOf(EOFException.class)
                .hasMessage("the rdv server closed the connection after: HTTP/1.1 101 Swi");
    }

    @Test
    void bytesThatNobodySentAreAnError() throws IOException {
        send(SWITCH + "CONTINUE\nxy");
        var end = new RdvEnd(client);
        end.awaitSwitch();
        end.awaitContinue();
        end.awaitByte();

        assertThatThrownBy(end::circuit).hasMessage("the rdv server sent 1 bytes that nobody sent");
    }

    private void send(String text) throws IOException {
        server.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String readAll(SocketChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        while (channel.read(bytes) >= 0) {
            // until the end
        }
        return StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
    }
}
