package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code stack-examples/run} itself: how it finds what it needs, and what it says to wrong use. */
class LauncherIT {

    @Test
    void worksFromAnyDirectoryAndThroughALink(@TempDir Path directory) throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("weft"), Launched.RUN);
        try (Launched help = Launched.run(Map.of(), directory, link, "http", "--help")) {
            assertThat(help.status()).as(help.errors()).isZero();
            assertThat(help.output()).anyMatch(line -> line.contains("--port"));
        } finally {
            Files.delete(link);
        }
    }

    @Test
    void warnsOfABrokenJavaHomeAndFindsAnotherJdk() throws Exception {
        try (Launched help = Launched.run(Map.of("JAVA_HOME", "/no/such/jdk"), Path.of("/"), Launched.RUN, "--help")) {
            assertThat(help.status()).as(help.errors()).isZero();
            assertThat(help.errors()).contains("warning: JAVA_HOME=/no/such/jdk");
        }
    }

    @Test
    void warnsOfAJavaHomeWhoseJavaDoesNotRun(@TempDir Path directory) throws Exception {
        Path java = Files.createDirectory(directory.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\nexit 1\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        try (Launched help = Launched.run(Map.of("JAVA_HOME", directory.toString()), Path.of("/"), Launched.RUN,
                "--help")) {
            assertThat(help.status()).as(help.errors()).isZero();
            assertThat(help.errors()).contains("warning: JAVA_HOME=" + directory);
        }
    }

    @Test
    void listsTheProgramsForOneItDoesNotKnow() throws Exception {
        try (Launched unknown = Launched.run("telnet")) {
            assertThat(unknown.status()).isEqualTo(2);
            assertThat(unknown.output()).isEmpty();
            assertThat(unknown.errors()).contains("telnet", "demo", "http", "services", "ping", "fetch");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "services", "ping 10.9.0.1", "fetch http://10.9.0.1/",
        "http --tap weft0", "http --address 10.9.0.2/24",
        "http --tap weft0 --address 10.9.0.2/24 --port 0", "http --tap weft0 --address 10.9.0.2/24 --no-such-option",
        "ping --tap weft0 --address 10.9.0.2/24", "ping --tap weft0 --address 10.9.0.2/24 10.9.0.1 -c 0",
        "fetch --tap weft0 --address 10.9.0.2/24 https://10.9.0.1/", "iperf3 --tap weft0 --address 10.9.0.2/24",
        "iperf3 --tap weft0 --address 10.9.0.2/24 -c 10.9.0.1 -R --bidir"})
    void endsWithTwoOnWrongUse(String line) throws Exception {
        try (Launched wrong = Launched.run(line.split(" "))) {
            assertThat(wrong.status()).as(wrong.errors()).isEqualTo(2);
            assertThat(wrong.output()).isEmpty();
            assertThat(wrong.errors()).startsWith("error: ");
        }
    }

    @ParameterizedTest
    @CsvSource({"--dhcp", "--address fd00::2/64"})
    void endsWithTwoOnWhatIsNotBuiltYet(String option) throws IOException, InterruptedException {
        try (Launched wrong = Launched.run(("http --tap weft0 --address 10.9.0.2/24 " + option).split(" "))) {
            assertThat(wrong.status()).as(wrong.errors()).isEqualTo(2);
            assertThat(wrong.errors()).contains("not built yet");
        }
    }
}
