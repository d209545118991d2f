package dev.posthouse.bench.measure;

import dev.posthouse.bench.contestant.Circuit;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Bulk in one direction through one circuit: a task that sends and a task that takes and discards. */
final class Transfer {

    private Transfer() {}

    /**
     * Sends until the circuit is ended, which is an end and no failure if {@code stopped} says so by then.
     *
     * @param sent counts bytes; written by this task only
     */
    static Callable<Void> sending(Circuit circuit, AtomicLong sent, BooleanSupplier stopped) {
        return () -> {
            Circuit.Sender sender = circuit.sender();
            try {
                while (true) {
                    sent.setRelease(sent.getPlain() + sender.send());
                }
            } catch (IOException e) {
                return endOrFail(stopped, e);
            }
        };
    }

    /** @param received counts bytes; written by this task only */
    static Callable<Void> receiving(Circuit circuit, AtomicLong received, BooleanSupplier stopped) {
        return () -> {
            Circuit.Receiver receiver = circuit.receiver();
            try {
                while (true) {
                    int count = receiver.receive();
                    if (count < 0) {
                        throw new IOException("the relay ended a circuit under load");
                    }
                    received.setRelease(received.getPlain() + count);
                }
            } catch (IOException e) {
                return endOrFail(stopped, e);
            }
        };
    }

    // The result of a Callable<Void> can only be null.
    @SuppressWarnings("NullAway")
    private static Void endOrFail(BooleanSupplier stopped, IOException e) throws IOException {
        if (stopped.getAsBoolean()) {
            return null;
        }
        throw e;
    }
}
