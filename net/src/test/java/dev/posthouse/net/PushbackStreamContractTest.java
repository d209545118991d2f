package dev.posthouse.net;

import java.nio.ByteBuffer;

/** With the bytes put back still there (they are read by the first reads), and with them gone. */
class PushbackStreamContractTest extends ByteStreamContractTest {

    @Override
    protected Ends connect() throws Exception {
        Ends ends = TcpStreamContractTest.connectTcp();
        ByteStream here = PushbackStream.of(ends.here(), ByteBuffer.allocate(1));
        ByteStream there = PushbackStream.of(ends.there(), ByteBuffer.allocate(1));
        read(here, 1);
        read(there, 1);
        return new Ends(here, there);
    }
}
