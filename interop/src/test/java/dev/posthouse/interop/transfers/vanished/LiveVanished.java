package dev.posthouse.interop.transfers.vanished;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** A test class that needs network namespaces, as {@code interop/run vanished} has them; a plain build leaves it out. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("live-vanished")
@interface LiveVanished {}
