package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of locks in {@code runtime/package-info.java} names each lock there is, and none that is not (D4). */
class LockOrderTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/weft");
    private static final Pattern FIELD = Pattern.compile("\\b(?:Reentrant|Short)Lock (\\w+) *=");
    private static final Pattern ROW = Pattern.compile("\\{@code ([\\w.]+)}");

    @Test
    void namesEachLockAndNoOther() throws IOException {
        assertThat(inTable()).containsExactlyInAnyOrderElementsOf(inCode());
    }

    private static List<String> inCode() throws IOException {
        var locks = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).sorted().toList()) {
                String type = file.getFileName().toString().replace(".java", "");
                Matcher field = FIELD.matcher(Files.readString(file));
                while (field.find()) {
                    // A lock of a nested class goes by that class, which the table writes as Outer.Inner.field.
                    locks.add(type.equals("OffHeap") && field.group(1).equals("closing")
                            ? "OffHeap.Region.closing" : type + "." + field.group(1));
                }
            }
        }
        return locks;
    }

    private static TreeSet<String> inTable() throws IOException {
        String text = Files.readString(SOURCES.resolve("runtime/package-info.java"));
        String table = text.substring(text.indexOf("<table>"), text.indexOf("</table>"));
        var locks = new TreeSet<String>();
        table.lines().filter(line -> line.contains("<tr><td>")).forEach(line -> {
            Matcher row = ROW.matcher(line.substring(0, line.indexOf("</td>")));
            while (row.find()) {
                locks.add(row.group(1));
            }
        });
        return locks;
    }
}
