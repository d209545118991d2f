package dev.posthouse.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.security.Key;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds static fields in which something can change: those that are not final, and those whose value is neither a value of the
 * JDK that never changes, nor made of final fields with such values.
 */
final class MutableStatics {

    /** Of the whole process on purpose, each with the reason. */
    static final Map<String, String> ALLOWED = Map.of(
            "dev.posthouse.net.Alarms.SHARED",
            "like the JDK's own timer: nothing of it can be set or seen",
            "dev.posthouse.net.LookupThreads.SHARED",
            "like the system's own resolution under it: nothing of it can be set or seen",
            "dev.posthouse.relay.splice.Terms.UNLIMITED",
            "its holdings count nowhere",
            "dev.posthouse.cli.streams.Descriptors.OCCUPYING",
            "holds descriptors of the process, of which there is one set",
            "dev.posthouse.testkit.Schedules.shared",
            "of tests alone: a search of schedules follows what hangs on a static field, and one runs at a time");

    private static final Set<Class<?>> VALUES = Set.of(
            String.class,
            Boolean.class,
            Character.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            Class.class,
            Object.class,
            BigInteger.class,
            InetSocketAddress.class,
            OptionalInt.class,
            Pattern.class);

    /** Besides values: what of the JDK is one for the process by its nature. */
    private static final List<Class<?>> KINDS = List.of(
            Enum.class,
            Charset.class,
            Path.class,
            InetAddress.class,
            Key.class,
            MethodHandle.class,
            VarHandle.class,
            System.Logger.class,
            SecureRandom.class);

    private final IdentityHashMap<Object, Boolean> seen = new IdentityHashMap<>();

    private MutableStatics() {}

    /** The names of those of one class, with the class. */
    static List<String> of(Class<?> type) {
        var found = new ArrayList<String>();
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) && !field.isSynthetic() && !isHarmless(field)) {
                found.add(type.getName() + "." + field.getName());
            }
        }
        return found;
    }

    private static boolean isHarmless(Field field) {
        if (!Modifier.isFinal(field.getModifiers())) {
            return false;
        }
        return field.getType().isPrimitive() || new MutableStatics().isFixed(read(field, null), field);
    }

    private static @Nullable Object read(Field field, @Nullable Object of) {
        try {
            field.setAccessible(true);
            return field.get(of);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean isFixed(@Nullable Object value, Field field) {
        if (value == null || seen.put(value, true) != null) {
            return true;
        }
        Class<?> type = value.getClass();
        if (VALUES.contains(type)
                || type.getPackageName().startsWith("java.time")
                || KINDS.stream().anyMatch(kind -> kind.isInstance(value))) {
            return true;
        }
        if (type.isArray()) {
            // The elements of a private array of bytes or the like are written by nobody who does not see the field.
            return Array.getLength(value) == 0
                    || (type.getComponentType().isPrimitive() && Modifier.isPrivate(field.getModifiers()));
        }
        return switch (value) {
            case ByteBuffer buffer -> buffer.capacity() == 0;
            case Optional<?> optional -> isFixed(optional.orElse(null), field);
            case Collection<?> all -> isUnmodifiable(type) && all.stream().allMatch(one -> isFixed(one, field));
            case Map<?, ?> map ->
                isUnmodifiable(type)
                        && map.entrySet().stream()
                                .allMatch(entry -> isFixed(entry.getKey(), field) && isFixed(entry.getValue(), field));
            default -> type.isHidden() || isJdkLambda(type) || hasOnlyFixedFields(type, value);
        };
    }

    private static boolean isUnmodifiable(Class<?> type) {
        return type.getName().startsWith("java.util.ImmutableCollections$")
                || type.getName().startsWith("java.util.Collections$Unmodifiable")
                || type.getName().startsWith("java.util.Collections$Empty");
    }

    /** What the JDK makes of comparators and the like: its classes cannot be looked into, and its functions keep nothing. */
    private static boolean isJdkLambda(Class<?> type) {
        return type.getName().startsWith("java.util.Comparators$")
                || type.getName().startsWith("java.util.Collections$Reverse");
    }

    private boolean hasOnlyFixedFields(Class<?> type, Object value) {
        if (!type.getName().startsWith("dev.posthouse.") && !type.getName().startsWith("org.capnproto.")) {
            return false;
        }
        for (Class<?> at = type; at != null && at != Object.class && at != Record.class; at = at.getSuperclass()) {
            for (Field own : at.getDeclaredFields()) {
                if (Modifier.isStatic(own.getModifiers())) {
                    continue;
                }
                boolean fixed = Modifier.isFinal(own.getModifiers())
                        && (own.getType().isPrimitive() || isFixed(read(own, value), own));
                if (!fixed) {
                    return false;
                }
            }
        }
        return true;
    }
}
