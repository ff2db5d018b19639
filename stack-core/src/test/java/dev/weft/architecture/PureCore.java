package dev.weft.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.Set;

/** D1: the connection of {@code tcp.core} is told the time and gives its output away; it waits for nothing. */
final class PureCore {

    static final String CURE = "take the time as an argument and let the caller lock, wait and send (D1)";

    private static final Set<String> FORBIDDEN_PACKAGES = Set.of("java.util.concurrent.locks", "java.nio.channels");
    private static final Set<String> FORBIDDEN_RUNTIME = Set.of("NanoClock", "SystemClock", "VirtualClock", "Signal",
            "DaemonScope", "Threads");

    private PureCore() {
    }

    static ArchRule below(String root) {
        DescribedPredicate<JavaClass> core = DescribedPredicate.describe("are in tcp.core",
                type -> Layers.isIn(type, root + "." + Layers.TCP_CORE.packageBelowRoot()));
        return ArchRuleDefinition.classes().that(core).should(new ArchCondition<>("be pure") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    if (isForbidden(dependency.getTargetClass(), root)) {
                        events.add(SimpleConditionEvent.violated(type,
                                dependency.getTargetClass().getSimpleName() + ": " + CURE + "; "
                                        + dependency.getDescription()));
                    }
                }
            }
        }).allowEmptyShould(true);
    }

    private static boolean isForbidden(JavaClass target, String root) {
        return target.isEquivalentTo(Thread.class)
                || FORBIDDEN_PACKAGES.contains(target.getPackageName())
                || target.getPackageName().equals(root + ".runtime")
                        && FORBIDDEN_RUNTIME.contains(target.getSimpleName());
    }
}
