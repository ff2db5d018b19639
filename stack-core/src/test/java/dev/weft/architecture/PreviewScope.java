package dev.weft.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.StructuredTaskScope;

/**
 * D7: one class knows the preview API {@code StructuredTaskScope}, and it lives in {@code runtime}: javac marks it, and
 * without {@code --enable-preview} it does not load, so whoever else named it would be lost with it.
 */
final class PreviewScope {

    static final String CURE = "StructuredTaskScope: use runtime.DaemonScope, whose one engine on it is enough (D7)";

    private PreviewScope() {
    }

    /** One line for each top-level class too many. */
    static List<String> violations(JavaClasses classes, String root) {
        List<String> found = new ArrayList<>();
        Set<String> engines = new TreeSet<>();
        for (JavaClass type : classes) {
            if (type.getDirectDependenciesFromSelf().stream().anyMatch(dependency ->
                    dependency.getTargetClass().getName().startsWith(StructuredTaskScope.class.getName()))) {
                String topLevel = topLevel(type).getName();
                if (Layers.isIn(type, root + ".runtime")) {
                    engines.add(topLevel);
                } else {
                    found.add(CURE + " in " + topLevel);
                }
            }
        }
        if (engines.size() > 1) {
            found.add(CURE + " in " + engines);
        }
        return found;
    }

    private static JavaClass topLevel(JavaClass type) {
        return type.getEnclosingClass().map(PreviewScope::topLevel).orElse(type);
    }
}
