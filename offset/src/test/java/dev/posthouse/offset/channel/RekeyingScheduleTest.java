package dev.posthouse.offset.channel;

import static dev.posthouse.testkit.Schedules.holds;
import static dev.posthouse.testkit.Schedules.same;
import static dev.posthouse.testkit.Schedules.together;

import dev.posthouse.offset.wire.ChannelMessage.Content;
import dev.posthouse.offset.wire.Octets;
import dev.posthouse.testkit.Schedules;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * {@link Rekeying} of two ends under a search through their schedules: whichever of them changes the keys, and when, each record opens.
 * Keys are names here, and a record opens with the key that it was sent under.
 */
@Tag(Schedules.TAG)
@Tag(Schedules.TAG)
class RekeyingScheduleTest {

    private static final int LENGTH = 32;

    /** The key of one direction: drawn by two halves, and by whose sending it is. */
    private record Key(int left, int right, boolean ofLeft) {}

    private record Sent(Content content, Key key) {}

    /** One direction of a connection. */
    private static final class Pipe {
        // Guarded by this.
        private final Queue<Sent> records = new ArrayDeque<>();

        synchronized void put(Sent record) {
            records.add(record);
            notifyAll();
        }

        synchronized Sent take() throws InterruptedException {
            while (records.isEmpty()) {
                wait();
            }
            return records.remove();
        }

        synchronized int size() {
            return records.size();
        }
    }

    private record NamedHalf(int number, boolean ofLeft) implements Rekeying.Half<Key> {
        @Override
        public Content.Rekey message() {
            return new Content.Rekey(
                    Octets.of(new byte[LENGTH]),
                    Octets.of(ByteBuffer.allocate(LENGTH).putInt(number).array()));
        }

        @Override
        public KeyPair<Key> with(Content.Rekey theirs) {
            int other = ByteBuffer.wrap(theirs.keySalt().bytes()).getInt();
            return keys(ofLeft ? number : other, ofLeft ? other : number, ofLeft);
        }
    }

    private static KeyPair<Key> keys(int left, int right, boolean ofLeft) {
        return new KeyPair<>(new Key(left, right, ofLeft), new Key(left, right, !ofLeft));
    }

    /** One end, as a secure channel uses its keys. */
    private static final class End {
        private final Pipe in;
        private final Pipe out;
        private final Rekeying<Key> keys;
        private final AtomicInteger halves = new AtomicInteger();
        private final List<Thread> started = new CopyOnWriteArrayList<>();

        End(boolean left, Pipe in, Pipe out) {
            this.in = in;
            this.out = out;
            this.keys = new Rekeying<>(
                    keys(0, 0, left), () -> new NamedHalf(halves.incrementAndGet(), left), this::write, 1, this::start);
        }

        private void write(Content content, Key key) {
            out.put(new Sent(content, key));
        }

        private void start(Runnable task) {
            Thread thread = new Thread(task);
            started.add(thread);
            thread.start();
        }

        void join() throws InterruptedException {
            for (Thread thread : started) {
                thread.join();
            }
        }

        void send(int value) throws IOException, InterruptedException {
            keys.send(new Content.User(ByteBuffer.wrap(new byte[] {(byte) value})));
        }

        void receive(int value) throws IOException, InterruptedException {
            while (true) {
                Sent record = in.take();
                holds("it opens", keys.open(record.key()::equals));
                switch (record.content()) {
                    case Content.User user -> {
                        same("received", value, user.payload().get());
                        return;
                    }
                    case Content.Rekey theirs -> keys.rekeyed(theirs);
                }
            }
        }
    }

    /** All that the threads of a program share. */
    private static final class Shared {
        private final Pipe toLeft = new Pipe();
        private final Pipe toRight = new Pipe();
        private final End left = new End(true, toLeft, toRight);
        private final End right = new End(false, toRight, toLeft);

        /** Whatever was under way comes, and both have the same keys in the end. */
        void assertTheyUnderstandEachOther() {
            try {
                for (int i = 0; i < 2; i++) {
                    left.join();
                    right.join();
                    left.send(3);
                    right.receive(3);
                    right.join();
                    right.send(4);
                    left.receive(4);
                }
                left.join();
                right.join();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
            same("records under way", 0, toLeft.size() + toRight.size());
            same("rekeys of the right", left.keys.rekeys(), right.keys.rekeys());
            holds("keys have changed", left.keys.rekeys() > 0);
        }
    }

    @Test
    void bothMayChangeTheKeysAtOnce() {
        Schedules.search(Shared::new, shared -> {
            together(
                    () -> {
                        shared.left.keys.rekey();
                        shared.left.receive(2);
                    },
                    () -> {
                        shared.right.keys.rekey();
                        shared.right.receive(1);
                    },
                    () -> shared.left.send(1),
                    () -> shared.right.send(2));
            shared.assertTheyUnderstandEachOther();
        });
    }

    @Test
    void halfThatComesMeetsASendAndATick() {
        Schedules.search(Shared::new, shared -> {
            shared.left.keys.rekey();
            shared.right.keys.tick();
            together(
                    () -> {
                        shared.left.send(1);
                        shared.left.receive(2);
                    },
                    () -> shared.right.receive(1),
                    shared.right.keys::tick,
                    () -> shared.right.send(2));
            shared.assertTheyUnderstandEachOther();
        });
    }
}
