package dev.posthouse.rdv.wire;

import dev.posthouse.net.Reason;
import dev.posthouse.net.http.RequestHead;
import java.util.Optional;

/** The path in a request's target, in the forms that the original takes (spec 2.2). */
public final class RequestTarget {

    private RequestTarget() {}

    /**
     * The path below a prefix, still escaped: query gone, an absolute target's path only, one of two leading slashes.
     *
     * @param prefix begins with a slash; {@code /} takes every path
     * @throws RefusedRequest 404 if the path is not below the prefix; 400 if the target has no path
     */
    public static String below(String prefix, String target) throws RefusedRequest {
        String path = path(target);
        String parent = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
        if (!path.startsWith(parent + "/") && !parent.isEmpty()) {
            throw new RefusedRequest(new Refusal(
                    404, "nothing here: this server's tokens are below " + parent + "/", Reason.PROTOCOL_ERROR));
        }
        return path.substring(parent.length());
    }

    private static String path(String target) throws RefusedRequest {
        Optional<String> path = target.equals("*") ? Optional.of(target) : RequestHead.pathOf(target);
        return path.orElseThrow(
                () -> new RefusedRequest(new Refusal(400, "the request target has no path", Reason.PROTOCOL_ERROR)));
    }
}
