package dev.weft.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test runs real programs: skipped where one is not installed, failing there with {@code CI=true}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(RequirementCondition.class)
@AddLifecycleHook(RequirementCondition.class)
public @interface RequiresProgram {

    /** The programs' names, for example {@code {"ping", "curl"}}. */
    String[] value();
}
