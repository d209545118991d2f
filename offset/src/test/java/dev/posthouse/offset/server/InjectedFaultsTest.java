package dev.posthouse.offset.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.posthouse.crypto.Ed25519KeyPair;
import dev.posthouse.net.Role;
import dev.posthouse.offset.wire.InitConnection;
import dev.posthouse.relay.event.RelayEvent;
import dev.posthouse.relay.fault.Faults;
import dev.posthouse.relay.fault.Faults.Call;
import dev.posthouse.relay.fault.Faults.Kind;
import dev.posthouse.testkit.LeakCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever call to the data path or the directory fails, nothing is left of it, and the next pair is served. */
@ExtendWith(LeakCheck.class)
class InjectedFaultsTest {

    private static final Ed25519KeyPair LISTENER = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair CONNECTOR = Ed25519KeyPair.generate();
    private static final Ed25519KeyPair OTHER = Ed25519KeyPair.generate();

    /** The script makes each call so often, or less often. */
    private static int most(Call call) {
        return switch (call) {
            case FIND -> 12;
            case JOIN -> 1;
            default -> 6;
        };
    }

    static Stream<Faults> faults() {
        var all = new ArrayList<Faults>();
        for (Call call : new Call[] {Call.ANNOUNCE, Call.FIND, Call.WITHDRAW, Call.JOIN}) {
            for (Kind kind : Kind.values()) {
                for (int number = 1; number <= most(call); number++) {
                    if (kind != Kind.END || call == Call.JOIN) {
                        all.add(new Faults(call, number, kind));
                    }
                }
            }
        }
        return Faults.chosen(all);
    }

    private static void await(Faults faults, BooleanSupplier something) {
        RelayFixture.await().until(() -> faults.hit() || something.getAsBoolean());
    }

    private static void ask(RelayFixture relay, Ed25519KeyPair identity, InitConnection wanted) throws IOException {
        TestClient.leg(relay, identity).want(wanted);
    }

    /** A listener whom two call comes back, one of the two calls again and is accepted, the other is left waiting. */
    @ParameterizedTest
    @MethodSource("faults")
    void whateverFailsNothingIsLeftAndTheNextPairIsServed(Faults faults) throws IOException {
        RelayFixture relay = RelayFixture.with().faults(faults).start();
        try {
            var connect = new InitConnection.Connect(TestClient.octets(LISTENER.publicKey()));
            ask(relay, LISTENER, new InitConnection.Listen());
            await(faults, () -> relay.starts(Role.ACCEPTOR) == 1);
            ask(relay, CONNECTOR, connect);
            await(faults, () -> relay.starts(Role.DIALER) == 1);
            ask(relay, OTHER, connect);
            await(faults, () -> relay.starts(Role.DIALER) == 2);
            ask(relay, LISTENER, new InitConnection.Listen());
            await(faults, () -> !relay.ends(Role.ACCEPTOR).isEmpty());
            ask(relay, CONNECTOR, connect);
            await(faults, () -> !relay.ends(Role.DIALER).isEmpty());
            ask(relay, LISTENER, new InitConnection.Accept(TestClient.octets(CONNECTOR.publicKey())));
            await(
                    faults,
                    () -> !relay.events(RelayEvent.CircuitOpened.class).isEmpty()
                            || !relay.events(RelayEvent.Refused.class).isEmpty());
            relay.abortClients();
            relay.assertNobodyIsLeft();
            assertThat(relay.services().connections().memory().held())
                    .as("memory")
                    .isZero();
            if (faults.hit()) {
                TestClient.listener(relay, LISTENER);
                TestClient.join(relay, CONNECTOR, LISTENER);
                relay.abortClients();
                relay.assertNobodyIsLeft();
            }
        } finally {
            relay.closeUnchecked();
        }
    }
}
