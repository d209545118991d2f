/**
 * What Offset puts on the wire, and nothing else: frames, messages and their Cap'n Proto form. Knows neither client nor server,
 * no keys and no clock.
 *
 * <p>A connection is a stack of layers, each of which carries whole messages of the next (spec 1):
 *
 * <pre>
 *   TCP
 *   {@link dev.posthouse.offset.wire.FrameStream}      a length, and so many bytes
 *   {@link dev.posthouse.offset.wire.Version}          the first frame each way
 *   secure channel   {@link dev.posthouse.offset.wire.ExchangeRandNonce}, {@link dev.posthouse.offset.wire.ExchangeDh}; then records, each around a
 *                    {@link dev.posthouse.offset.wire.ChannelMessage}
 *   keepalive        {@link dev.posthouse.offset.wire.KaMessage}
 *   role             {@link dev.posthouse.offset.wire.InitConnection} first; then {@link dev.posthouse.offset.wire.IncomingConnection} and
 *                    {@link dev.posthouse.offset.wire.RejectConnection} on a listener's connection, or on the others
 *   tunnel           secure channel and keepalive once more, end to end
 * </pre>
 *
 * <p><b>Reading.</b> Every reader takes packed Cap'n Proto and is told how long a payload may be; it allocates what that bound
 * says at most, and only if the packed bytes can fill it. {@link org.capnproto} follows the pointers. A missing key is 32 zeros,
 * as in the original: whoever uses it must refuse that.
 *
 * <p><b>Versions.</b> All call themselves 0 (spec 12). Up to 0.1.2 a length has 4 bytes, since then 8: {@link
 * dev.posthouse.offset.wire.FirstBytes} tells them apart. In 0.1.0-alpha.4 a channel message has another {@linkplain
 * dev.posthouse.offset.wire.ChannelMessage.Shape shape}, which shows in the first one.
 */
@NullMarked
package dev.posthouse.offset.wire;

import org.jspecify.annotations.NullMarked;
