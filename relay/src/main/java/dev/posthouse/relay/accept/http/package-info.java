/**
 * The room of HTTP: reads requests, finds out by a table whose they are, answers those that are refused, and takes WebSockets off as
 * a layer.
 */
@NullMarked
package dev.posthouse.relay.accept.http;

import org.jspecify.annotations.NullMarked;
