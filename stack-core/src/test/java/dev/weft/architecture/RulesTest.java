package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every rule of the architecture reports the fixture that breaks it, says what to use instead, and spares the rest. */
class RulesTest {

    private static final String ROOT = "dev.weft.architecture.fixture";
    private static final Path TEST_CLASSES = Path.of("target", "test-classes");

    private static JavaClasses fixtures;

    @BeforeAll
    static void readFixtures() {
        fixtures = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludePackageInfos())
                .importPath(TEST_CLASSES.resolve(ROOT.replace('.', '/')));
    }

    /** Each rule by its name, with what it reports of the fixtures. */
    static Map<String, List<String>> reports() {
        Map<String, List<String>> reports = new LinkedHashMap<>();
        for (Ban ban : Ban.values()) {
            reports.put(ban.name(), ban.below(ROOT).evaluate(fixtures).getFailureReport().getDetails());
        }
        for (Layers layer : Layers.values()) {
            reports.put(layer.name(), layer.below(ROOT).evaluate(fixtures).getFailureReport().getDetails().stream()
                    .filter(line -> !line.startsWith(Violates.class.getName())).toList());
        }
        reports.put("Monitors", fixtures.stream()
                .flatMap(type -> Monitors.taken(fileOf(type)).stream()).toList());
        reports.put("PreviewScope", PreviewScope.violations(fixtures, ROOT));
        reports.put("PureCore", PureCore.below(ROOT).evaluate(fixtures).getFailureReport().getDetails());
        return reports;
    }

    static Stream<String> rules() {
        return Stream.concat(Stream.concat(Arrays.stream(Ban.values()), Arrays.stream(Layers.values())).map(Enum::name),
                Stream.of("Monitors", "PreviewScope", "PureCore"));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void reportsEachCallOfTheFixtureThatBreaksIt(String rule) {
        List<Violates> planted = fixtures.stream().filter(type -> type.isAnnotatedWith(Violates.class))
                .map(type -> type.getAnnotationOfType(Violates.class)).filter(v -> v.rule().equals(rule)).toList();
        assertThat(planted).as("fixtures that break " + rule).isNotEmpty();

        String report = String.join("\n", reports().get(rule));
        for (Violates violation : planted) {
            assertThat(report).contains(violation.reports());
        }
    }

    @Test
    void reportsNoFixtureThatKeepsTheRule() {
        List<String> wrong = new ArrayList<>();
        reports().forEach((rule, report) -> {
            Set<String> breakers = new TreeSet<>();
            fixtures.stream().filter(type -> type.isAnnotatedWith(Violates.class))
                    .filter(type -> type.getAnnotationOfType(Violates.class).rule().equals(rule))
                    .forEach(type -> breakers.add(type.getName()));
            report.stream().filter(line -> breakers.stream().noneMatch(line::contains))
                    .forEach(line -> wrong.add(rule + ": " + line));
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void knowsWhichPackagesAreNotInTheTable() {
        assertThat(fixtures.stream().filter(type -> Layers.of(type, ROOT) == null).map(JavaClass::getPackageName))
                .containsOnly(ROOT + ".nowhere");
    }

    private static Path fileOf(JavaClass type) {
        return TEST_CLASSES.resolve(type.getName().replace('.', '/') + ".class");
    }
}
