package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.Requirements;
import dev.weft.testing.RequiresNamespaces;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo, whole and with one thing after the other taken away. */
@Timeout(240)
class DemoIT {

    /** What the launcher and the demo run, without ping and curl. */
    private static final List<String> NEEDED = List.of("bash", "sh", "env", "dirname", "readlink", "sed", "head", "find",
            "flock", "unshare", "true");

    /** A directory to be the whole PATH: the programs needed, of which one always fails. */
    private static Map<String, String> path(Path directory, String broken) throws IOException {
        for (String name : NEEDED) {
            Path program = directory.resolve(name);
            Optional<Path> real = Requirements.program(name);
            if (name.equals(broken) || real.isPresent()) {
                Files.writeString(program, name.equals(broken) ? "#!/bin/sh\nexit 1\n"
                        : "#!/bin/sh\nexec " + real.orElseThrow() + " \"$@\"\n");
                assertThat(program.toFile().setExecutable(true)).isTrue();
            }
        }
        return Map.of("PATH", directory.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "demo --queues 2"})
    @RequiresTun
    @RequiresNamespaces
    @RequiresProgram({"ping", "curl"})
    void showsPingAndCurlOfTheKernelAnswered(String arguments) throws Exception {
        try (Launched demo = Launched.run(arguments.isEmpty() ? new String[0] : arguments.split(" "))) {
            assertThat(demo.status()).as(demo.errors() + demo.output()).isZero();
            assertThat(String.join("\n", demo.output())).contains("private network namespace", "$ ping", "0% packet loss",
                    "$ curl", "HTTP/1.1 200 OK", "< ICMP", "> ICMP", "> TCP", "answered by Weft");
        }
    }

    @Test
    @RequiresTun
    @RequiresNamespaces
    void usesTheJdksKernelSocketsWherePingAndCurlAreMissing(@TempDir Path directory) throws Exception {
        try (Launched demo = Launched.run(path(directory, ""), Path.of("/"), Launched.RUN)) {
            assertThat(demo.status()).as(demo.errors() + demo.output()).isZero();
            assertThat(String.join("\n", demo.output())).contains("private network namespace", "ping is not installed",
                    "curl is not installed", "HTTP/1.1 200 OK", "> TCP", "answered by Weft");
        }
    }

    @Test
    void usesACableWhereANamespaceIsNotAllowed(@TempDir Path directory) throws Exception {
        try (Launched demo = Launched.run(path(directory, "unshare"), Path.of("/"), Launched.RUN, "demo")) {
            assertThat(demo.status()).as(demo.errors() + demo.output()).isZero();
            assertThat(String.join("\n", demo.output())).contains("cable", "status 200", "> TCP")
                    .doesNotContain("$ ping");
        }
    }
}
