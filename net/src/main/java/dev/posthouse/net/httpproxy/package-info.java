/**
 * HTTP proxies on the way to a relay, for hosts that reach nothing but their proxy: {@link
 * dev.posthouse.net.httpproxy.HttpProxy} is one, {@link dev.posthouse.net.httpproxy.ProxyRules} says which hosts are reached
 * through which, and {@link dev.posthouse.net.httpproxy.ConnectTunnel} asks one for a tunnel (RFC 9110 section 9.3.6).
 * Nothing here reads the environment; who wants to follow its variables passes them in.
 *
 * <p>Not to be confused with {@link dev.posthouse.net.proxy}, the header by which a proxy in front of a relay names its client.
 */
@NullMarked
package dev.posthouse.net.httpproxy;

import org.jspecify.annotations.NullMarked;
