package dev.posthouse.cli.dialect;

import dev.posthouse.net.connection.AddressScheme;
import java.io.IOException;

/**
 * What a user may say of a connection in one dialect only: an object whose fields have picocli's {@code @Option}, and that is no command.
 * It belongs to one command, whose thread alone calls it, after the fields are set. That an option is refused with the addresses of
 * other dialects needs nothing here but, where it helps, {@link Because} beside it. No two dialects have an option of the same name.
 */
public interface SchemeOptions {

    /**
     * What is given and has no use with this address or in this role: of its own options, and of those in the request.
     *
     * @param request with an address of this dialect
     * @throws IllegalArgumentException if the address is malformed
     */
    ForeignOptions foreign(SchemeRequest request);

    /**
     * Makes what reaches the address. Nothing {@linkplain #foreign foreign} is given.
     *
     * @return the caller's to close
     * @throws IllegalArgumentException if an option's value is malformed, one is missing, or two contradict each other, with a sentence that
     *     names them
     * @throws IOException if something that is needed cannot be read
     */
    AddressScheme open(SchemeRequest request) throws IOException;
}
