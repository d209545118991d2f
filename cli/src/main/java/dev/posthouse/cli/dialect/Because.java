package dev.posthouse.cli.dialect;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Why an option of a dialect has no use with the addresses of others. It is said behind "it belongs to … addresses; ".
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Because {

    /** A clause, such as "their peers have keys". */
    String value();
}
