/**
 * The server's side: {@link dev.posthouse.rdv.server.RdvServer} takes requests, the lobby lets them meet, and a meeting
 * becomes a circuit or ends with a direct connection.
 */
@NullMarked
package dev.posthouse.rdv.server;

import org.jspecify.annotations.NullMarked;
