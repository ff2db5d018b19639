package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Users of the library need no flag: only one class is a preview class, and a scope does without it. */
class ScopeEngineTest {

    /** What javac writes for the minor version of a class that uses preview features. */
    private static final int PREVIEW = 0xffff;

    @Test
    void onlyTheStructuredEngineIsMarkedAsPreview() throws Exception {
        Path classes = Path.of(DaemonScope.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> marked = new ArrayList<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).sorted().toList()) {
                if (ClassFile.of().parse(file).minorVersion() == PREVIEW) {
                    marked.add(file.getFileName().toString());
                }
            }
        }
        assertThat(marked).containsExactly("StructuredEngine$FailureTeller.class", "StructuredEngine.class");
    }

    @Test
    void withTheFlagAScopeIsStructured() throws Exception {
        assertThat(engineIn("--enable-preview")).isEqualTo("StructuredEngine");
    }

    @Test
    void withoutTheFlagAScopeIsPlain() throws Exception {
        assertThat(engineIn()).isEqualTo("PlainEngine");
    }

    private static String engineIn(String... flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(flags));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), WhichEngine.class.getName()));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return output.lines().reduce((first, last) -> last).orElse("");
        } finally {
            process.destroyForcibly();
        }
    }

    /** Run in a JVM of its own: forks in a scope and prints which engine started the daemon. */
    static final class WhichEngine {

        private WhichEngine() {
        }

        public static void main(String[] args) throws Exception {
            try (var scope = DaemonScope.open("which", FailurePolicy.CANCEL_ALL)) {
                scope.fork("which-daemon", () -> {
                    boolean structured = Stream.of(Thread.currentThread().getStackTrace())
                            .anyMatch(frame -> frame.getClassName().equals("dev.weft.runtime.StructuredEngine"));
                    System.out.println(structured ? "StructuredEngine" : "PlainEngine");
                }).join();
            }
        }
    }
}
