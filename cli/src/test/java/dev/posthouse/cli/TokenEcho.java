package dev.posthouse.cli;

import dev.posthouse.cli.arguments.NativeText;
import dev.posthouse.cli.arguments.TokenArgument;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a child process: tells for each argument which token it is, and then for each variable
 * {@code POSTHOUSE_T1} and so on; a refusal without the name of where it stood.
 */
final class TokenEcho {

    private TokenEcho() {}

    public static void main(String[] arguments) {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (int i = 0; i < arguments.length; i++) {
            int index = i;
            out.println(outcome(() -> token(NativeText.argument(index, arguments), null)));
        }
        for (int i = 1; System.getenv("POSTHOUSE_T" + i) != null; i++) {
            String name = "POSTHOUSE_T" + i;
            out.println(outcome(() -> token(null, NativeText.variable(name, System.getenv(name)))));
        }
    }

    private static String token(@Nullable String argument, @Nullable String variable) throws IOException {
        return TokenArgument.resolve(argument, new ByteArrayInputStream(new byte[0]), variable)
                .orElseThrow();
    }

    /** The token's bytes, or the refusal from its verb on. */
    static String outcome(Callable<String> resolving) {
        try {
            return HexFormat.of().formatHex(resolving.call().getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Failures.message(e).replaceFirst("^.*? (is not|has|is made) ", "$1 ");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
