@NullMarked
package dev.posthouse.rdv.server;

import org.jspecify.annotations.NullMarked;
