package dev.posthouse.rdv.wire;

import dev.posthouse.net.ProtocolViolation;
import dev.posthouse.net.address.AddressPort;
import dev.posthouse.net.http.Headers;
import dev.posthouse.net.http.ResponseHead;
import java.util.List;
import java.util.Optional;

/**
 * The server's 101 (spec 2.6). A header that the response gets from now on is a component here, with its name in {@link
 * Rdv}, and written and read in this file.
 *
 * @param peerAddrs the other client's candidates, at most {@link Rdv#MAX_PEER_ADDRS}, as they came
 * @param observed the receiving client's address as the server saw it
 * @param peer what the other client adds, as far as the receiving one does, too
 */
public record RdvResponse(List<AddressPort> peerAddrs, Optional<AddressPort> observed, Extensions peer) {

    public RdvResponse {
        peerAddrs = List.copyOf(peerAddrs);
    }

    /** The response as bytes, for one write; addresses sorted and without duplicates. */
    public byte[] write() {
        var headers = Headers.builder().add("Connection", "upgrade");
        peer.addToResponse(headers);
        observed.ifPresent(address -> headers.add(Rdv.OBSERVED_ADDR, address.toString()));
        headers.add(Rdv.PEER_ADDRS, AddressPort.formatList(AddressPort.canonical(peerAddrs)))
                .add("Upgrade", Rdv.PROTOCOL);
        return new ResponseHead("HTTP/1.1", 101, "Switching Protocols", headers.build()).toBytes();
    }

    /**
     * Checks a response with status 101 (spec 2.7).
     *
     * @throws ProtocolViolation with what is wrong
     */
    public static RdvResponse parse(ResponseHead head) throws ProtocolViolation {
        Headers headers = head.headers();
        Optional<String> wrong = Upgrade.wrong(headers);
        if (wrong.isPresent()) {
            throw new ProtocolViolation("bad http handshake: " + wrong.get());
        }
        String raw = headers.first(Rdv.PEER_ADDRS).orElse("");
        List<AddressPort> peers;
        try {
            peers = AddressPort.parseList(raw);
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolation("bad http handshake: invalid peer addrs " + raw, e);
        }
        if (peers.size() > Rdv.MAX_PEER_ADDRS) {
            throw new ProtocolViolation("bad http handshake: too many peer addrs");
        }
        Optional<String> observed = headers.first(Rdv.OBSERVED_ADDR).filter(text -> !text.isEmpty());
        try {
            return new RdvResponse(peers, observed.map(AddressPort::parse), Extensions.ofResponse(headers));
        } catch (IllegalArgumentException e) {
            throw new ProtocolViolation("bad http handshake: invalid observed addr", e);
        }
    }
}
