package dev.posthouse.crypto;

import java.security.GeneralSecurityException;

/** Calls into the JDK's cryptography that cannot fail on a Java runtime as it should be. */
final class Jdk {

    private Jdk() {}

    /** Something that the JDK does with arguments known to be right. */
    @FunctionalInterface
    interface Call<T> {
        T call() throws GeneralSecurityException;
    }

    /**
     * The call's result.
     *
     * @throws IllegalStateException if this Java runtime lacks what the call needs
     */
    static <T> T sure(Call<T> call) {
        try {
            return call.call();
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** What to throw when this Java runtime lacks an algorithm that it should have. */
    static IllegalStateException missing(GeneralSecurityException cause) {
        return new IllegalStateException(
                "this Java runtime's cryptography falls short: use a complete Java 25 (modules java.base and jdk.crypto.ec)",
                cause);
    }
}
