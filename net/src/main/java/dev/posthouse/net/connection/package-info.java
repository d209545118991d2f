/**
 * What a dialect's client gives its user: a {@link dev.posthouse.net.connection.StreamConnection} or a {@link
 * dev.posthouse.net.connection.MessageConnection}, the {@link dev.posthouse.net.connection.Route} it runs over, and a {@link dev.posthouse.net.connection.Report} of how it came
 * about. The same for every dialect; the command line finds them through an {@link
 * dev.posthouse.net.connection.AddressScheme}.
 */
@NullMarked
package dev.posthouse.net.connection;

import org.jspecify.annotations.NullMarked;
