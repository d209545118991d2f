/**
 * The client's side. {@link dev.posthouse.rdv.client.RdvClient} dials and accepts; under both lies {@link
 * dev.posthouse.rdv.client.Rendezvous}, the state in which both peers are known and nothing is chosen yet; a {@link
 * dev.posthouse.rdv.client.Picker} chooses.
 */
@NullMarked
package dev.posthouse.rdv.client;

import org.jspecify.annotations.NullMarked;
