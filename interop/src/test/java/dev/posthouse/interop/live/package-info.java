/** The daemon under a live load, and what such loads are made of: connections, rdv pairs, Offset legs. */
@NullMarked
package dev.posthouse.interop.live;

import org.jspecify.annotations.NullMarked;
