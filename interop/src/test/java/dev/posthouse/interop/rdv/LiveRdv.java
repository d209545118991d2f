package dev.posthouse.interop.rdv;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** A test class that needs the foreign programs of {@code interop/run rdv}; a plain build leaves it out. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("live-rdv")
@interface LiveRdv {}
