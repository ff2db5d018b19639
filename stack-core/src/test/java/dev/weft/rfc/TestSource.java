package dev.weft.rfc;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The tests of a source file, and what each of them cites: in its body, its display name, or in the comment before it. A
 * heading ({@code // ---- RFC 8985 §7}) speaks for the tests below it, up to the next heading; what the comment of a class
 * cites holds for the class as a whole.
 */
final class TestSource {

    /** The simple names of annotations that make a method a test. */
    private static final Set<String> TESTS = Set.of("Test", "ParameterizedTest", "RepeatedTest", "TestFactory", "Property",
            "Example", "ArchTest");

    /** A test, or a class of tests where {@code method} is empty, that cites a section. */
    record Proof(Section section, String type, String method) {
    }

    /** A class or method in the source. */
    private record Span(String type, String method, long start, long end, boolean isTest) {
    }

    private final String source;
    private final List<Remark> remarks;
    private final String home;
    private final List<Span> classes = new ArrayList<>();
    private final List<Span> methods = new ArrayList<>();
    private final SourcePositions positions;
    private final CompilationUnitTree unit;

    private TestSource(String source, CompilationUnitTree unit, SourcePositions positions) {
        this.source = source;
        this.remarks = Remark.of(source);
        this.home = Citation.home(remarks);
        this.unit = unit;
        this.positions = positions;
        for (Tree type : unit.getTypeDecls()) {
            if (type instanceof ClassTree declared) {
                collect(declared, "");
            }
        }
    }

    /** What the tests of these files prove. */
    static List<Proof> proofs(List<Path> files) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var proofs = new ArrayList<Proof>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            Iterable<? extends JavaFileObject> sources = manager.getJavaFileObjectsFromPaths(files);
            var task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null, sources);
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                String text = unit.getSourceFile().getCharContent(true).toString();
                proofs.addAll(new TestSource(text, unit, positions).proofs());
            }
        }
        return proofs;
    }

    private void collect(ClassTree type, String outer) {
        String name = outer + type.getSimpleName();
        classes.add(new Span(name, "", start(type), end(type), false));
        for (Tree member : type.getMembers()) {
            if (member instanceof MethodTree method) {
                methods.add(new Span(name, method.getName().toString(), start(method), end(method), isTest(method)));
            } else if (member instanceof ClassTree inner) {
                collect(inner, name + ".");
            }
        }
    }

    private long start(Tree tree) {
        return positions.getStartPosition(unit, tree);
    }

    private long end(Tree tree) {
        return positions.getEndPosition(unit, tree);
    }

    private static boolean isTest(MethodTree method) {
        for (AnnotationTree annotation : method.getModifiers().getAnnotations()) {
            String name = annotation.getAnnotationType().toString();
            if (TESTS.contains(name.substring(name.lastIndexOf('.') + 1))) {
                return true;
            }
        }
        return false;
    }

    private List<Proof> proofs() {
        var proofs = new ArrayList<Proof>();
        for (Remark remark : remarks) {
            for (Section section : Citation.in(remark.text(), home)) {
                for (Span test : speaksFor(remark)) {
                    proofs.add(new Proof(section, test.type(), test.method()));
                }
            }
        }
        return proofs;
    }

    /** Tests, or one class; nobody where a helper or a field is explained. */
    private List<Span> speaksFor(Remark remark) {
        Span inside = innermost(methods, remark);
        if (inside != null) {
            return inside.isTest() ? List.of(inside) : List.of();
        }
        Span type = innermost(classes, remark);
        if (remark.kind() == Remark.Kind.HEADING) {
            long until = remarks.stream().filter(r -> r.kind() == Remark.Kind.HEADING && r.start() > remark.start())
                    .mapToLong(Remark::start).findFirst().orElse(Long.MAX_VALUE);
            return methods.stream().filter(Span::isTest)
                    .filter(m -> m.start() > remark.end() && m.start() < until && (type == null || m.end() <= type.end())).toList();
        }
        Span method = next(methods, remark);
        Span nested = next(classes, remark);
        if (nested != null && (method == null || nested.start() <= method.start())) {
            boolean tests = methods.stream().anyMatch(m -> m.isTest() && m.start() >= nested.start() && m.end() <= nested.end());
            return tests ? List.of(nested) : List.of();
        }
        return method != null && method.isTest() && isAlone(remark, method) ? List.of(method) : List.of();
    }

    private static Span innermost(List<Span> spans, Remark remark) {
        Span found = null;
        for (Span span : spans) {
            if (span.start() <= remark.start() && remark.end() <= span.end() && (found == null || span.start() >= found.start())) {
                found = span;
            }
        }
        return found;
    }

    private static Span next(List<Span> spans, Remark remark) {
        return spans.stream().filter(s -> s.start() >= remark.end()).min((a, b) -> Long.compare(a.start(), b.start())).orElse(null);
    }

    /** Whether nothing but other remarks stands between a remark and the method that follows, so that it is the method's. */
    private boolean isAlone(Remark remark, Span method) {
        int at = remark.end();
        for (Remark other : remarks) {
            if (other.start() >= at && other.end() <= method.start()) {
                if (!source.substring(at, other.start()).isBlank()) {
                    return false;
                }
                at = other.end();
            }
        }
        return source.substring(at, (int) method.start()).isBlank();
    }
}
