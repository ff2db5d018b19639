package dev.weft.architecture;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks a fixture that breaks one rule on purpose. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Violates {

    /** The rule's name: a constant of {@link Ban} or {@link Layers}, or the simple name of a class of rules. */
    String rule();

    /** What the report must contain, one text for each call in the fixture that must be reported. */
    String[] reports();
}
