package dev.posthouse.daemon;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.util.Objects;

/**
 * Handles signals of the operating system. The JDK's only way is {@code sun.misc.Signal} of the module jdk.unsupported,
 * whose every use the compiler warns of in a way that cannot be turned off; hence the reflection. A shutdown hook would not
 * do: it cannot tell a first signal from a second, nor hear a SIGHUP.
 */
final class Signals {

    /** What comes of a signal. */
    enum Handling {
        /** The action runs. */
        HANDLED,
        /** Nothing happens: whoever started the process had it ignored, as nohup does. */
        IGNORED,
        /** What the system does: this system or this JVM does not allow it. */
        IMPOSSIBLE
    }

    private Signals() {}

    /**
     * Runs {@code action} each time the process gets the signal, on a thread of its own, instead of what the JVM does with
     * it. A signal that was ignored when the process started stays ignored: the JVM leaves it to whoever started it.
     *
     * @param name without SIG: {@code TERM}
     */
    static Handling handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = MethodHandles.publicLookup()
                    .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            Object runner =
                    MethodHandleProxies.asInterfaceInstance(handler, MethodHandles.dropArguments(run, 0, signal));
            Object before = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), runner);
            // What the JVM answers where it has installed nothing.
            return Objects.equals(before, handler.getField("SIG_IGN").get(null)) ? Handling.IGNORED : Handling.HANDLED;
        } catch (InvocationTargetException e) {
            // No such signal here, or the JVM keeps it for itself (-Xrs).
            return Handling.IMPOSSIBLE;
        } catch (ReflectiveOperationException e) {
            // A runtime without jdk.unsupported.
            return Handling.IMPOSSIBLE;
        }
    }
}
