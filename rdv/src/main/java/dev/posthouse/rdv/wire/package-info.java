/**
 * What rdv puts on the wire, and nothing else: {@link dev.posthouse.rdv.wire.Rdv} tells the flow, the records are its
 * messages, each with its own writing and reading. No sockets, no state. A header of the request is written and read in
 * {@link dev.posthouse.rdv.wire.RdvRequest}, one of the response in {@link dev.posthouse.rdv.wire.RdvResponse}.
 */
@NullMarked
package dev.posthouse.rdv.wire;

import org.jspecify.annotations.NullMarked;
