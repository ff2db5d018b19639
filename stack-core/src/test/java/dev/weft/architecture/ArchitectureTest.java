package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds the rules against what stack-core ships. That each of them can fail is shown by {@link RulesTest}. */
class ArchitectureTest {

    private static final String ROOT = "dev.weft";
    private static final Path MAIN = Path.of("target", "classes");
    /** Packages that are nobody's business outside this module. */
    private static final Set<String> INTERNAL = Set.of("dev.weft.tcp.core");

    private static JavaClasses classes;

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludePackageInfos())
                .importPath(MAIN);
        assertThat(classes).as("the classes of stack-core, compiled").isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void usesOnlyWhatTheTableOfPackagesAllows(Layers layer) {
        layer.below(ROOT).check(classes);
    }

    @Test
    void hasNoPackageThatTheTableDoesNotKnow() {
        assertThat(classes.stream().filter(type -> Layers.of(type, ROOT) == null).map(type -> type.getPackageName())
                .distinct()).as("packages to add to DESIGN's table and to Layers").isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void makesNoForbiddenCall(Ban ban) {
        ban.below(ROOT).check(classes);
    }

    @Test
    void takesNoMonitor() throws IOException {
        assertThat(Monitors.takenBelow(MAIN)).isEmpty();
    }

    @Test
    void knowsThePreviewScopeInOneClassAtMost() {
        assertThat(PreviewScope.violations(classes, ROOT)).isEmpty();
    }

    @Test
    void keepsTheConnectionFreeOfClocksLocksAndThreads() {
        PureCore.below(ROOT).check(classes);
    }

    @Test
    void exportsPublicPackagesAlone() throws IOException {
        ModuleDescriptor module;
        try (InputStream file = Files.newInputStream(MAIN.resolve("module-info.class"))) {
            module = ModuleDescriptor.read(file);
        }
        Set<String> withPublicTypes = classes.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(type -> type.getPackageName()).collect(Collectors.toCollection(TreeSet::new));
        List<String> exported = module.exports().stream().filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source).toList();
        assertThat(exported).isSubsetOf(withPublicTypes).doesNotContainAnyElementsOf(INTERNAL);
    }

    @Test
    void describesEachPackage() throws IOException {
        Path sources = Path.of("src", "main", "java");
        for (String name : classes.stream().map(type -> type.getPackageName()).collect(Collectors.toSet())) {
            Path file = sources.resolve(name.replace('.', '/')).resolve("package-info.java");
            assertThat(file).as("the introduction of " + name).exists();
        }
    }
}
