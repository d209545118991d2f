package dev.posthouse.rdv.server;

import dev.posthouse.rdv.wire.RdvRequest;
import dev.posthouse.rdv.wire.Refusal;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Asked for every request that is in order, before its peer enters the lobby.
 *
 * <p>Called on the connection's own virtual thread, several at once; may block for as long as the peer may be kept
 * waiting.
 */
@FunctionalInterface
public interface Authoriser {

    /** Everybody is welcome. */
    Authoriser OPEN = (request, from) -> Optional.empty();

    /**
     * Decides.
     *
     * @param request with the application's headers
     * @param from whom limits count: the peer's address, as far as it is known
     * @return empty to admit; else the answer, such as 401 or 403
     */
    Optional<Refusal> decide(RdvRequest request, InetAddress from);

    /** Asks this one, then {@code next} if it admits. */
    default Authoriser and(Authoriser next) {
        return (request, from) -> {
            Optional<Refusal> first = decide(request, from);
            return first.isPresent() ? first : next.decide(request, from);
        };
    }
}
