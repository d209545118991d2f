/**
 * A stream between two of ours that says how it ends: {@link dev.posthouse.net.acknowledged.AcknowledgedStream}. It lies over any {@link
 * dev.posthouse.net.ByteStream} of which both ends know that it is spoken there, which each dialect finds out in its own way.
 */
@NullMarked
package dev.posthouse.net.acknowledged;

import org.jspecify.annotations.NullMarked;
