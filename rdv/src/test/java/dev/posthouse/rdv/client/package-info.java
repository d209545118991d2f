@NullMarked
package dev.posthouse.rdv.client;

import org.jspecify.annotations.NullMarked;
