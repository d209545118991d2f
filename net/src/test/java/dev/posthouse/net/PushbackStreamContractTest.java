package dev.posthouse.net;

import java.nio.ByteBuffer;

/** Once what was put back is read; what comes before that is in {@link PushbackStreamTest}. */
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
