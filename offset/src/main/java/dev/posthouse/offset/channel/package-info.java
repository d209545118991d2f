/**
 * The layers between frames and what a connection is for, the same for client and relay (spec 3 to 5): {@code Version},
 * {@link dev.posthouse.offset.channel.SecureChannel}, {@link dev.posthouse.offset.channel.KeepAlive}; put together by
 * {@link dev.posthouse.offset.channel.Channels}.
 */
@NullMarked
package dev.posthouse.offset.channel;

import org.jspecify.annotations.NullMarked;
