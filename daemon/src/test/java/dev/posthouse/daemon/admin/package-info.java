@NullMarked
package dev.posthouse.daemon.admin;

import org.jspecify.annotations.NullMarked;
