package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in the README compiles against what is built here. */
class ReadmeTest {

    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private static List<String> snippets() throws IOException {
        return SNIPPET.matcher(Files.readString(Path.of("..", "README.md"))).results()
                .map((MatchResult snippet) -> snippet.group(1)).toList();
    }

    @Test
    void showsAnEchoServerOfAtMostFifteenLines() throws IOException {
        String server = snippets().getFirst();
        assertThat(server).contains("listener.serve");
        assertThat(server.lines().count()).isLessThanOrEqualTo(15);
    }

    @Test
    void showsJavaThatCompiles(@TempDir Path classes) throws IOException {
        List<JavaFileObject> sources = new ArrayList<>();
        for (String snippet : snippets()) {
            sources.add(new Source("Readme" + sources.size(), snippet));
        }
        assertThat(sources).isNotEmpty();
        assertThat(errorsOf(sources, classes)).isEmpty();
    }

    @Test
    void noticesJavaThatDoesNotCompile(@TempDir Path classes) {
        assertThat(errorsOf(List.of(new Source("Wrong", "void main() { dev.weft.NoSuchType.open(); }")), classes))
                .singleElement().asString().contains("NoSuchType");
    }

    private static List<String> errorsOf(List<JavaFileObject> sources, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        List<String> options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"),
                "-proc:none", "--release", "25");
        compiler.getTask(null, null, diagnostics, options, null, sources).call();
        return diagnostics.getDiagnostics().stream().filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                .map(d -> "line " + d.getLineNumber() + ": " + d.getMessage(Locale.ROOT)).toList();
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
