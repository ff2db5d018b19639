package dev.weft.rfc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which section is cited by what code, and proved by which tests; as sources say it. */
final class RfcTable {

    private static final Pattern ROW = Pattern.compile("\\| (?:§(?<section>\\S+)|(?<whole>as a whole)) \\|[^|]*\\| (?<tests>[^|]*) \\|");
    private static final Pattern DOCUMENT = Pattern.compile("## (?<document>.+)");

    /** A place in main code. */
    record Place(Section section, Path file, int line, boolean deviation) implements Comparable<Place> {

        String type() {
            return file.getFileName().toString().replace(".java", "");
        }

        @Override
        public int compareTo(Place other) {
            int order = section.compareTo(other.section);
            return order != 0 ? order : file.equals(other.file) ? Integer.compare(line, other.line) : file.compareTo(other.file);
        }

        @Override
        public String toString() {
            return file + ":" + line + " cites " + section;
        }
    }

    private final List<Place> code;
    private final List<TestSource.Proof> proofs;
    /** The names of test classes. */
    private final Set<String> types;

    RfcTable(List<Place> code, List<TestSource.Proof> proofs, Set<String> types) {
        this.code = code;
        this.proofs = proofs;
        this.types = types;
    }

    /** Reads all Java sources below these two directories. */
    static RfcTable read(Path main, Path test) throws IOException {
        var code = new ArrayList<Place>();
        for (Path file : sources(main)) {
            code.addAll(places(file, Files.readString(file)));
        }
        List<Path> tests = sources(test);
        return new RfcTable(code, TestSource.proofs(tests),
                tests.stream().map(file -> file.getFileName().toString().replace(".java", "")).collect(Collectors.toSet()));
    }

    private static List<Path> sources(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
        }
    }

    static List<Place> places(Path file, String source) {
        var places = new ArrayList<Place>();
        List<Remark> remarks = Remark.of(source);
        String home = Citation.home(remarks);
        for (Remark remark : remarks) {
            int line = 1 + (int) source.substring(0, remark.start()).chars().filter(c -> c == '\n').count();
            for (Section section : Citation.in(remark.text(), home)) {
                places.add(new Place(section, file, line, remark.text().contains("Deviation:")));
            }
        }
        return places;
    }

    /** What code in {@code directory} cites and no test does, nor a part of it; where it deviates from it there is nothing to prove. */
    List<Place> gaps(Path directory) {
        return code.stream().filter(place -> place.file().startsWith(directory) && !place.deviation())
                .filter(place -> proofs.stream().noneMatch(proof -> place.section().contains(proof.section()))).sorted().toList();
    }

    /**
     * What a summary says that is no longer so, as {@code section: class}: the class is gone, or the section has no test at all. That
     * a class has ceased to cite a section of which others speak makes no summary wrong enough to stop a build.
     */
    List<String> outdated(String summary) {
        var proved = proofs.stream().map(TestSource.Proof::section).collect(Collectors.toSet());
        var outdated = new ArrayList<String>();
        String document = "";
        for (String line : summary.lines().toList()) {
            Matcher heading = DOCUMENT.matcher(line);
            Matcher row = ROW.matcher(line);
            if (heading.matches()) {
                document = heading.group("document");
            } else if (row.matches()) {
                var section = new Section(document, row.group("whole") == null ? row.group("section") : "");
                Stream.of(row.group("tests").split(", ")).filter(type -> !type.isEmpty()).map(type -> type.replace("`", ""))
                        .filter(type -> !proved.contains(section) || !types.contains(type.replaceAll("\\..*", "")))
                        .map(type -> section + ": " + type).forEach(outdated::add);
            }
        }
        return outdated;
    }

    /** The table in Markdown: all tests by name, or their classes alone. */
    String page(boolean names) {
        var page = new StringBuilder("""
                # What proves what

                The sections of RFCs that the code of stack-core and its tests cite: which classes cite them, and which tests. Test
                classes alone are named here; each single test stands in `stack-core/target/rfc-coverage.md`, which the build
                makes anew. Both are made by `RfcTableTest` from comments in the sources. It fails when `tcp.core` cites a section
                that no test does, unless it deviates from it; and when a class that stands here is gone, or all tests of a
                section are; then renew this file:
                `mvn -o -q -pl stack-core test -Dtest=RfcTableTest -Drfc.renew`
                """);
        var sections = new TreeSet<Section>();
        code.forEach(place -> sections.add(place.section()));
        proofs.forEach(proof -> sections.add(proof.section()));
        String document = "";
        for (Section section : sections) {
            if (!section.document().equals(document)) {
                document = section.document();
                page.append("\n## ").append(document).append("\n\n| section | code | tests |\n|---|---|---|\n");
            }
            page.append("| ").append(section.number().isEmpty() ? "as a whole" : "§" + section.number())
                    .append(" | ").append(codeOf(section)).append(" | ").append(testsOf(section, names)).append(" |\n");
        }
        return page.toString();
    }

    private String codeOf(Section section) {
        return code.stream().filter(place -> place.section().equals(section)).map(Place::type).filter(type -> !type.equals("package-info")).distinct().sorted()
                .map(type -> "`" + type + "`").collect(Collectors.joining(", "));
    }

    private String testsOf(Section section, boolean names) {
        var byType = new TreeMap<String, SortedSet<String>>();
        proofs.stream().filter(proof -> proof.section().equals(section))
                .forEach(proof -> byType.computeIfAbsent(proof.type(), x -> new TreeSet<>()).add(proof.method()));
        return byType.entrySet().stream().map(row -> "`" + row.getKey() + "`" + (names ? methods(row.getValue()) : ""))
                .collect(Collectors.joining(names ? "; " : ", "));
    }

    private static String methods(Collection<String> names) {
        String joined = names.stream().filter(name -> !name.isEmpty()).collect(Collectors.joining(", "));
        return joined.isEmpty() ? "" : ": " + joined;
    }

    /** One line for the build's output. */
    String summary(Path directory) {
        long sections = proofs.stream().map(TestSource.Proof::section).distinct().count();
        long documents = proofs.stream().map(proof -> proof.section().document()).distinct().count();
        long tests = proofs.stream().map(proof -> proof.type() + "." + proof.method()).distinct().count();
        return "RFC table: %d sections of %d documents are cited by %d tests or test classes; %d of %s lack one".formatted(
                sections, documents, tests, gaps(directory).stream().map(Place::section).distinct().count(),
                directory.getFileName());
    }
}
