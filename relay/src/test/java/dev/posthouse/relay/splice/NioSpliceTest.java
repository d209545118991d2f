package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;

class NioSpliceTest extends SpliceContract {

    @Override
    ByteStream leg(TcpStream raw) {
        return raw;
    }
}
