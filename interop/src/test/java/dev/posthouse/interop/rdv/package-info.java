/**
 * Our rdv against the original v0.0.6: every role on either side, with data at every boundary. {@code interop/run rdv}
 * builds the original and runs these.
 *
 * <p>What is compared stands behind two interfaces, each with an implementation of ours in process and one that drives the
 * original: {@link dev.posthouse.interop.rdv.LiveServer} and {@link dev.posthouse.interop.rdv.LiveClient}. Where bytes
 * matter, {@link dev.posthouse.interop.rdv.RawPeer} and {@link dev.posthouse.interop.rdv.RawServer} speak them by hand.
 */
@NullMarked
package dev.posthouse.interop.rdv;

import org.jspecify.annotations.NullMarked;
