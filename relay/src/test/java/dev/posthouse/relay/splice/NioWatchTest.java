package dev.posthouse.relay.splice;

import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;

class NioWatchTest extends WatchContract {

    @Override
    ByteStream leg(TcpStream raw) {
        return raw;
    }

    /** One, so that what comes back always goes to the selector that has just cancelled its key. */
    @Override
    int loops() {
        return 1;
    }
}
