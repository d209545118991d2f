/**
 * The PROXY protocol, versions 1 and 2: what a load balancer puts before the first byte of a connection to say between
 * which addresses it really runs. The observed address of a peer behind a balancer comes from here.
 *
 * <pre>{@code
 * switch (ProxyHeader.decode(readSoFar)) {
 *     case Decoded.NotProxy() -> refuse(stream);
 *     case Decoded.NeedMore(int atLeast) -> readAtLeast(atLeast);
 *     case Decoded.Header(ProxyHeader header, int length) -> serve(header.source(), behind(length));
 * }
 * }</pre>
 *
 * <p>Whoever may connect may write such a header: it is to be believed from balancers that were named beforehand, and
 * from nobody else. Source: "The PROXY protocol", versions 1 and 2, of the HAProxy project ({@code proxy-protocol.txt}).
 */
@NullMarked
package dev.posthouse.net.proxy;

import org.jspecify.annotations.NullMarked;
