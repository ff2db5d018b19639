package dev.weft.testing;

import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides for the {@code Requires…} annotations, in Jupiter and in jqwik, whether a test runs, is skipped or fails. */
final class RequirementCondition implements ExecutionCondition, SkipExecutionHook {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return decide(context.getElement(), continuousIntegration())
                .map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("everything it requires is there"));
    }

    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
        return decide(context.optionalElement(), continuousIntegration())
                .map(SkipResult::skip)
                .orElseGet(SkipResult::doNotSkip);
    }

    /**
     * The reason to skip, if there is one.
     *
     * @param mustRun whether a skip counts as a failure
     * @throws IllegalStateException when something is missing where everything must be there
     */
    static Optional<String> decide(Optional<AnnotatedElement> element, boolean mustRun) {
        List<String> missing = new ArrayList<>();
        element.ifPresent(e -> collect(e, missing));
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        String reason = String.join("; ", missing);
        if (mustRun) {
            throw new IllegalStateException("with CI=true nothing may be skipped, but " + reason);
        }
        return Optional.of(reason);
    }

    private static void collect(AnnotatedElement element, List<String> missing) {
        if (AnnotationSupport.isAnnotated(element, RequiresTun.class)) {
            Requirements.missingTun().ifPresent(missing::add);
        }
        if (AnnotationSupport.isAnnotated(element, RequiresNamespaces.class)) {
            Requirements.missingNamespaces().ifPresent(missing::add);
        }
        if (AnnotationSupport.isAnnotated(element, RequiresPrivateNetwork.class)) {
            Requirements.missingPrivateNetwork().ifPresent(missing::add);
        }
        AnnotationSupport.findAnnotation(element, RequiresProgram.class).ifPresent(programs -> {
            for (String name : programs.value()) {
                Requirements.missingProgram(name).ifPresent(missing::add);
            }
        });
    }

    private static boolean continuousIntegration() {
        return "true".equals(System.getenv("CI"));
    }
}
