package dev.weft.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test opens {@code /dev/net/tun}: skipped where the node is missing or its mode forbids it, failing there with
 * {@code CI=true}. Making a device also takes rights in the network namespace, see {@link RequiresPrivateNetwork}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(RequirementCondition.class)
@AddLifecycleHook(RequirementCondition.class)
public @interface RequiresTun {
}
