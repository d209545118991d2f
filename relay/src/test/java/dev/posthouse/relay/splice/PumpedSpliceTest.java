package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;

class PumpedSpliceTest extends SpliceContract {

    @Override
    ByteStream leg(TcpStream raw) {
        return new Delegating(raw);
    }
}
