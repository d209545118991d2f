/**
 * Offset's identity files, of every release. {@link dev.posthouse.offset.identity.IdentityFile} reads, writes and makes them; relays and
 * clients have the same.
 */
@NullMarked
package dev.posthouse.offset.identity;

import org.jspecify.annotations.NullMarked;
