package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What nobody may call outside {@code runtime} holds for the devices of an operating system too. */
class TapArchitectureTest {

    private static final Path MAIN = Path.of("target", "classes");

    private static JavaClasses classes;

    @BeforeAll
    static void readClasses() {
        classes = new ClassFileImporter().importPath(MAIN);
        assertThat(classes).as("the classes of stack-tap, compiled").isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void makesNoForbiddenCall(Ban ban) {
        ban.below("dev.weft").check(classes);
    }

    @Test
    void takesNoMonitor() throws IOException {
        assertThat(Monitors.takenBelow(MAIN)).isEmpty();
    }
}
