/**
 * TLS 1.2 and 1.3 over any {@link dev.posthouse.net.ByteStream}, with the JDK's implementation: {@link
 * dev.posthouse.net.tls.TlsServer} and {@link dev.posthouse.net.tls.TlsClient} do the handshake and give a {@link
 * dev.posthouse.net.tls.TlsStream}, which is a stream again.
 *
 * <p>Certificates and keys come from PEM files, as every other server takes them.
 */
@NullMarked
package dev.posthouse.net.tls;

import org.jspecify.annotations.NullMarked;
