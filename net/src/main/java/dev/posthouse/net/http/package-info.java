/**
 * Heads of HTTP/1.1 messages, bounded: what an upgrade needs, and no more. A head is read from a stream and what came
 * behind it stays readable, because behind the head of an upgrade another protocol begins:
 *
 * <pre>{@code
 * HeadReader.Received<RequestHead> received = HeadReader.readRequest(stream, 64 * 1024);
 * Optional<String> upgrade = received.head().headers().first("Upgrade");
 * ByteStream rest = received.rest(); // from here on instead of the stream
 * }</pre>
 *
 * <p>Bodies, transfer codings and interim responses are the business of whoever reads on. What is accepted follows RFC
 * 9110 and 9112; where deployed peers are more lenient in a way that does no harm (a lone LF as line end), so is this
 * package, and where leniency would let two readers see two different heads (folded lines, a blank before the colon, a
 * bare CR) it is not.
 */
@NullMarked
package dev.posthouse.net.http;

import org.jspecify.annotations.NullMarked;
