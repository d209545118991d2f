@NullMarked
package dev.posthouse.rdv;

import org.jspecify.annotations.NullMarked;
