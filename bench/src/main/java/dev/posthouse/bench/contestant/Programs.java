package dev.posthouse.bench.contestant;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the programs under measurement are; empty where one is not to be had here.
 *
 * @param posthouse the launcher
 * @param haproxy 2.4 or newer
 * @param goCopy built from bench/peers/gocopy
 * @param rdvGo the real rdv server
 * @param offsetGo built from interop/peers/offset
 */
public record Programs(
        Optional<Path> posthouse,
        Optional<Path> haproxy,
        Optional<Path> goCopy,
        Optional<Path> rdvGo,
        Optional<Path> offsetGo) {}
