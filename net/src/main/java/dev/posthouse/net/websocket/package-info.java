/**
 * WebSocket (RFC 6455): the handshake by which an HTTP connection becomes one, and what is wanted of the codec that makes
 * messages or bytes of its frames.
 */
@NullMarked
package dev.posthouse.net.websocket;

import org.jspecify.annotations.NullMarked;
