@NullMarked
package dev.posthouse.net.budget;

import org.jspecify.annotations.NullMarked;
