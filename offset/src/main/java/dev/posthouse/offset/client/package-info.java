/**
 * The Offset client (spec 8, 9): {@link dev.posthouse.offset.client.OffsetClient} dials a peer and listens for peers at relays, and
 * hands out tunnels, encrypted between the two ends, as {@link dev.posthouse.offset.client.OffsetConnection}s.
 *
 * <pre>{@code
 * Ed25519KeyPair identity = IdentityFile.readOrCreate(file);
 * try (OffsetClient client = OffsetClient.of(identity)) {
 *     AccessList friends = new AccessList();
 *     friends.allow(Ed25519PublicKey.parse("..."));
 *     try (OffsetListener listener = client.listen(relay, friends);
 *             OffsetConnection connection = listener.accept()) {
 *         connection.stream().write(ByteBuffer.wrap(hello));
 *     }
 * }
 * }</pre>
 */
@NullMarked
package dev.posthouse.offset.client;

import org.jspecify.annotations.NullMarked;
