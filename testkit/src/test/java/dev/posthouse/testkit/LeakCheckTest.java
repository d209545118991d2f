package dev.posthouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;

class LeakCheckTest {

    private final LeakCheck check = new LeakCheck(Duration.ofMillis(100));
    private final ExtensionContext context = context();

    @Test
    void nothingLeftBehindPasses() throws Exception {
        check.beforeEach(context);
        try (ServerSocketChannel channel = check.track(ServerSocketChannel.open())) {
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        }
        Thread.ofVirtual().name("short").start(() -> {}).join();

        check.afterEach(context);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void anOpenSocketIsNamed() throws Exception {
        check.beforeEach(context);
        try (ServerSocketChannel channel = check.track(ServerSocketChannel.open())) {
            assertThatThrownBy(() -> check.afterEach(context))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("open: ")
                    .hasMessageContaining("× socket");
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void aVirtualThreadThatStillWaitsIsNamedWithItsStack() throws Exception {
        check.beforeEach(context);
        CountDownLatch latch = new CountDownLatch(1);
        Thread waiting = Thread.ofVirtual().name("left over").start(() -> {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            assertThatThrownBy(() -> check.afterEach(context))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("\"left over\" virtual")
                    .hasMessageContaining("CountDownLatch.await");
        } finally {
            latch.countDown();
            waiting.join();
        }
    }

    /** As much of JUnit's context as the check asks for. */
    private static ExtensionContext context() {
        Map<Object, Object> values = new HashMap<>();
        Object store = Proxy.newProxyInstance(
                LeakCheckTest.class.getClassLoader(),
                new Class<?>[] {ExtensionContext.Store.class},
                (proxy, method, arguments) -> values.computeIfAbsent(arguments[0], key -> {
                    @SuppressWarnings("unchecked")
                    Function<Object, Object> creator = (Function<Object, Object>) arguments[1];
                    return creator.apply(key);
                }));
        return (ExtensionContext) Proxy.newProxyInstance(
                LeakCheckTest.class.getClassLoader(),
                new Class<?>[] {ExtensionContext.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getRoot" -> proxy;
                    case "getStore" -> store;
                    case "getExecutionException" -> Optional.empty();
                    case "getDisplayName" -> "a test";
                    default -> throw new UnsupportedOperationException(method.toString());
                });
    }
}
