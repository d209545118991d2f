package dev.posthouse.interop.hostile;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.interop.live.OffsetLegs;
import dev.posthouse.interop.live.RdvPair;
import dev.posthouse.interop.live.RunningRelay;
import dev.posthouse.net.ByteStream;
import dev.posthouse.net.TcpStream;
import dev.posthouse.net.tls.TlsClient;
import dev.posthouse.net.tls.TlsStream;
import dev.posthouse.offset.channel.ChannelSettings;
import dev.posthouse.offset.channel.KeepAlive;
import dev.posthouse.offset.channel.SecureChannel;
import dev.posthouse.offset.channel.TickClock;
import dev.posthouse.offset.wire.FrameStream;
import dev.posthouse.offset.wire.FrameStream.LengthPrefix;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.offset.wire.KaMessage;
import dev.posthouse.offset.wire.Version;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** What hostile peers do, each from one address of this machine. */
enum Attack {

    /** Connectors that send megabytes and are never accepted. */
    EARLY_MEGABYTES {
        @Override
        void start(Rush rush) throws IOException {
            Ed25519KeyPair listener = Ed25519KeyPair.generate();
            listen(rush, listener);
            rush.repeat(64, () -> {
                KeepAlive leg = leg(rush, Ed25519KeyPair.generate());
                leg.send(connect(listener));
                while (true) {
                    leg.send(noise(MESSAGE));
                }
            });
        }
    },

    /** Tunnels whose both ends send and neither reads. */
    STALLED_OFFSET {
        @Override
        void start(Rush rush) throws IOException {
            rush.repeat(64, () -> {
                Ed25519KeyPair listener = Ed25519KeyPair.generate();
                Ed25519KeyPair connector = Ed25519KeyPair.generate();
                listen(rush, listener);
                KeepAlive one = leg(rush, connector);
                one.send(connect(listener));
                KeepAlive other = leg(rush, listener);
                other.send(OffsetLegs.accept(connector.publicKey()).encode());
                Thread.startVirtualThread(() -> flood(other));
                while (true) {
                    one.send(noise(MESSAGE));
                }
            });
        }
    },

    /** Circuits whose both ends send and neither reads. */
    STALLED_RDV {
        @Override
        void start(Rush rush) {
            rush.repeat(400, () -> {
                RdvPair met = met(rush);
                Thread.startVirtualThread(() -> flood(met.acceptor()));
                while (true) {
                    RdvPair.write(met.dialer(), noise(64 * 1024));
                }
            });
        }
    },

    /** The same over TLS. */
    STALLED_TLS {
        @Override
        void start(Rush rush) {
            rush.repeat(128, () -> {
                String token = token();
                TlsStream acceptor = tls(rush);
                TlsStream dialer = tls(rush);
                acceptor.write(text(RdvPair.request("ACCEPT", token)));
                dialer.write(text(RdvPair.request("DIAL", token)));
                dialer.read(ByteBuffer.allocate(1));
                dialer.write(text("CONTINUE\n"));
                Thread.startVirtualThread(() -> {
                    try {
                        while (true) {
                            acceptor.write(noise(64 * 1024));
                        }
                    } catch (IOException e) {
                        acceptor.abort();
                    }
                });
                while (true) {
                    dialer.write(noise(64 * 1024));
                }
            });
        }
    },

    /** Frames of more than a mebibyte from somebody who has proved nothing, short of their last byte. */
    HUGE_FIRST_FRAMES {
        @Override
        void start(Rush rush) {
            rush.repeat(500, () -> {
                SocketChannel channel = rush.connect();
                RdvPair.write(channel, frame(Version.frame()));
                int length = FrameStream.DEFAULT_LONGEST;
                ByteBuffer frame = ByteBuffer.allocate(Long.BYTES + length - 1);
                frame.putLong(length).position(0);
                RdvPair.write(channel, frame);
                rush.hold(channel);
            });
        }
    },

    /** Messages of a kilobyte that are a megabyte when they are unpacked. */
    PACKED_BOMBS {
        @Override
        void start(Rush rush) throws IOException {
            Ed25519KeyPair listener = Ed25519KeyPair.generate();
            listen(rush, listener);
            rush.repeat(64, () -> {
                Ed25519KeyPair own = Ed25519KeyPair.generate();
                SecureChannel channel = secure(rush, own);
                channel.send(inflated(connect(listener)));
                while (true) {
                    channel.send(inflated(ByteBuffer.wrap(new byte[] {1})));
                }
            });
        }
    },

    /** Requests that are refused, whose answers nobody reads. */
    ANSWERS_NEVER_READ {
        @Override
        void start(Rush rush) {
            rush.repeat(1_000, () -> {
                SocketChannel channel = rush.connect();
                while (rush.goesOn()) {
                    RdvPair.write(channel, "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100));
                }
            });
        }
    },

    /** Heads that are half. */
    HALF_HEADS {
        @Override
        void start(Rush rush) {
            rush.repeat(5_000, () -> {
                SocketChannel channel = rush.connect();
                RdvPair.write(channel, "DIAL /t HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(3_000));
                rush.hold(channel);
            });
        }
    },

    /** The first half of a ClientHello. */
    HALF_CLIENT_HELLOS {
        @Override
        void start(Rush rush) {
            byte[] half = new byte[516];
            half[0] = 0x16;
            half[1] = 3;
            half[2] = 1;
            half[3] = 4;
            half[5] = 1;
            half[7] = 3;
            rush.repeat(5_000, () -> {
                SocketChannel channel = rush.connect();
                RdvPair.write(channel, ByteBuffer.wrap(half));
                rush.hold(channel);
            });
        }
    },

    /** Connections that say nothing. */
    SILENT {
        @Override
        void start(Rush rush) {
            rush.repeat(8_000, () -> rush.hold(rush.connect()));
        }
    },

    /** A byte every nine seconds, and a bad request when it would be whole. */
    SLOW_BYTES {
        @Override
        void start(Rush rush) {
            rush.repeat(3_000, () -> {
                SocketChannel channel = rush.connect();
                Thread.startVirtualThread(() -> {
                    try {
                        String bad = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
                        for (int i = 0; ; i = (i + 1) % bad.length()) {
                            RdvPair.write(channel, bad.substring(i, i + 1));
                            LockSupport.parkNanos(Duration.ofSeconds(bad.charAt(i) == '\n' ? 9 : 1)
                                    .toNanos());
                        }
                    } catch (IOException e) {
                        // the relay has had enough of it
                    }
                });
                rush.hold(channel);
            });
        }
    },

    /** TLS handshakes that are begun and left. */
    TLS_LEFT {
        @Override
        void start(Rush rush) {
            rush.repeat(100, () -> {
                TlsStream stream = tls(rush);
                if (ThreadLocalRandom.current().nextBoolean()) {
                    stream.abort();
                } else {
                    stream.read(ByteBuffer.allocate(1));
                }
            });
        }
    },

    /** PROXY headers without an end, from a network whose headers are believed. */
    ENDLESS_PROXY_HEADERS {
        @Override
        void start(Rush rush) {
            rush.repeat(1_000, () -> {
                SocketChannel channel = rush.relay().connect(RunningRelay.PROXY);
                try {
                    RdvPair.write(channel, "PROXY TCP4 198.51.100.1 ");
                    while (rush.goesOn()) {
                        RdvPair.write(channel, "1");
                        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
                    }
                } finally {
                    channel.close();
                }
            });
        }
    },

    /** Circuits that are opened and reset, at every stage of the way there. */
    OPENED_AND_RESET {
        @Override
        long tries() {
            return 100_000;
        }

        @Override
        void start(Rush rush) {
            rush.repeat(32, () -> {
                String token = token();
                SocketChannel acceptor = rush.connect();
                SocketChannel dialer = rush.connect();
                int stage = ThreadLocalRandom.current().nextInt(6);
                try {
                    if (stage > 0) {
                        RdvPair.write(acceptor, RdvPair.request("ACCEPT", token));
                    }
                    if (stage > 1) {
                        RdvPair.write(dialer, RdvPair.request("DIAL", token));
                    }
                    if (stage > 2) {
                        dialer.read(ByteBuffer.allocate(1));
                    }
                    if (stage > 3) {
                        RdvPair.write(dialer, "CONTINUE\n");
                    }
                    if (stage > 4) {
                        RdvPair.write(dialer, noise(100_000));
                    }
                } finally {
                    rush.reset(dialer);
                    rush.reset(acceptor);
                }
            });
        }
    },

    /** Requests that are refused, as many as can be made. */
    REFUSED_REQUESTS {
        @Override
        long tries() {
            return 1_000_000;
        }

        @Override
        void start(Rush rush) {
            rush.repeat(64, () -> {
                SocketChannel channel = rush.connect();
                RdvPair.write(channel, "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n");
                ByteBuffer answer = ByteBuffer.allocate(1_024);
                channel.read(answer);
                rush.reset(channel);
            });
        }
    };

    private static final int MESSAGE = 1024 * 1024;

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final AtomicLong NUMBERS = new AtomicLong();

    private static final ByteBuffer NOISE = randomBytes(4 * MESSAGE);

    private static final TickClock CLOCK = TickClock.start(Duration.ofSeconds(1));

    /** Starts it; it goes on by itself. */
    abstract void start(Rush rush) throws IOException;

    /** How many tries of all attackers together it takes at least, however long that takes; 0 if it is over when its time is. */
    long tries() {
        return 0;
    }

    private static String token() {
        return "hostile-" + NUMBERS.incrementAndGet();
    }

    /** Made once: an attacker's own work must not be what slows the neighbour down. */
    private static ByteBuffer noise(int length) {
        return NOISE.duplicate()
                .position(ThreadLocalRandom.current().nextInt(NOISE.capacity() - length + 1))
                .slice()
                .limit(length);
    }

    private static ByteBuffer randomBytes(int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(1).nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static ByteBuffer frame(ByteBuffer content) {
        return ByteBuffer.allocate(Long.BYTES + content.remaining())
                .putLong(content.remaining())
                .put(content)
                .flip();
    }

    private static RdvPair met(Rush rush) throws IOException {
        var acceptor = new TcpStream(rush.connect());
        return RdvPair.meet(new TcpStream(rush.connect()), acceptor, token());
    }

    private static TlsStream tls(Rush rush) throws IOException {
        return TlsClient.insecure().connect(new TcpStream(rush.connect()), "127.0.0.1", LIMIT);
    }

    private static KeepAlive leg(Rush rush, Ed25519KeyPair own) throws IOException {
        return new OffsetLegs(rush.relay().key(), ChannelSettings.DEFAULT, CLOCK)
                .open(new TcpStream(rush.connect()), own);
    }

    private static SecureChannel secure(Rush rush, Ed25519KeyPair own) throws IOException {
        var frames = new FrameStream(new TcpStream(rush.connect()), LengthPrefix.U64, FrameStream.DEFAULT_LONGEST);
        frames.send(Version.frame());
        Version.check(frames.receive().orElseThrow(() -> new IOException("refused")));
        return SecureChannel.establish(frames, own, Optional.of(rush.relay().key()), ChannelSettings.DEFAULT);
    }

    private static void listen(Rush rush, Ed25519KeyPair listener) throws IOException {
        KeepAlive leg = leg(rush, listener);
        leg.send(new InitConnection.Listen().encode());
        Thread.startVirtualThread(() -> {
            try {
                while (leg.receive().isPresent()) {
                    // it hears who calls, and lets them wait
                }
            } catch (IOException e) {
                leg.abort();
            }
        });
    }

    private static ByteBuffer connect(Ed25519KeyPair to) {
        return OffsetLegs.connect(to).encode();
    }

    private static void flood(KeepAlive leg) {
        try {
            while (true) {
                leg.send(noise(MESSAGE));
            }
        } catch (IOException e) {
            leg.abort();
        }
    }

    private static void flood(ByteStream to) {
        try {
            while (true) {
                RdvPair.write(to, noise(64 * 1024));
            }
        } catch (IOException e) {
            // the relay, or the attack, has ended it
        }
    }

    /** A keepalive layer's message whose segment is a mebibyte of zeros behind what it says: a kilobyte, packed. */
    private static ByteBuffer inflated(ByteBuffer content) {
        ByteBuffer small = KaMessage.message(content);
        int words = 0x02_01_01;
        small.get(); // the tag of the table, whose only byte says how many words follow
        int first = small.get();
        ByteBuffer large = ByteBuffer.allocate(4_096);
        large.put((byte) 0x70).put((byte) words).put((byte) (words >> 8)).put((byte) (words >> 16));
        large.put(small);
        int left = words - first;
        for (; left > 256; left -= 256) {
            large.put((byte) 0).put((byte) 255);
        }
        return large.put((byte) 0).put((byte) (left - 1)).flip();
    }
}
