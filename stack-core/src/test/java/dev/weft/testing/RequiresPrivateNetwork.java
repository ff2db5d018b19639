package dev.weft.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test makes devices and gives the kernel addresses, which it may do only in a network namespace that is this JVM's
 * own: skipped elsewhere, failing there with {@code CI=true}. Maven starts the tests of stack-tap and stack-examples in
 * such a namespace, as root or not, where the machine allows it; whatever they start is inside as well, and when the
 * JVM ends the devices are gone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(RequirementCondition.class)
@AddLifecycleHook(RequirementCondition.class)
public @interface RequiresPrivateNetwork {
}
