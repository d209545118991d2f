@NullMarked
package dev.posthouse.rdv.fault;

import org.jspecify.annotations.NullMarked;
