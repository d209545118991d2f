package dev.posthouse.interop.transfers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/**
 * A test class that needs the foreign programs of {@code interop/run transfers}; a plain build leaves it out. A cell waits
 * for its own runs, each of which is bounded: the timeout is for a fault of the harness.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("live-transfers")
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@interface LiveTransfers {}
