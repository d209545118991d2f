/**
 * The daemon's settings: one {@linkplain dev.posthouse.daemon.configuration.Settings table}, from which the reading of the
 * TOML file, the environment and the flags, the printed configuration, the example file and the table in
 * docs/operations.md are all drawn.
 *
 * <pre>{@code
 * Configuration configuration =
 *         Configuration.load(Configuration.defaultFile(environment), environment, Map.of("--listen", ":9000"));
 * Duration lobby = configuration.limits().lobby();
 * System.out.print(configuration.print()); // TOML, each value with where it came from
 * }</pre>
 */
@NullMarked
package dev.posthouse.daemon.configuration;

import org.jspecify.annotations.NullMarked;
