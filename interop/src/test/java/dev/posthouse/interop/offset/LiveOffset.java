package dev.posthouse.interop.offset;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** A test class that needs the foreign programs of {@code interop/run offset}; a plain build leaves it out. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("live-offset")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@interface LiveOffset {}
