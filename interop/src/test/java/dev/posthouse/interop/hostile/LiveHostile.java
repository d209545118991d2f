package dev.posthouse.interop.hostile;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A test class of {@code interop/run hostile}; a plain build leaves it out. The timeout is for a fault of the harness. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("live-hostile")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@interface LiveHostile {}
