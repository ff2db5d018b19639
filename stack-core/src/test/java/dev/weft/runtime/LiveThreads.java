package dev.weft.runtime;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which threads live, virtual ones included: {@code Thread.getAllStackTraces} does not see those, the thread dump of the
 * HotSpot diagnostic bean does, and it writes files only.
 */
public final class LiveThreads {

    /** {@code #31 "weft-arp" virtual 2026-01-01T…}: how each thread begins in a dump of plain text. */
    private static final Pattern HEADER = Pattern.compile("(?m)^#\\d+ \"(.*)\"");

    private LiveThreads() {
    }

    /** The names of all threads that live whose name begins so, sorted. */
    public static List<String> named(String prefix) {
        return HEADER.matcher(dump()).results().map(found -> found.group(1))
                .filter(name -> name.startsWith(prefix)).sorted().toList();
    }

    /** The thread whose name is so and its stack, as a dump shows them; an empty string if there is none. */
    public static String stackOf(String name) {
        String text = dump();
        Matcher headers = HEADER.matcher(text);
        while (headers.find()) {
            if (headers.group(1).equals(name)) {
                int end = text.indexOf("\n\n", headers.end());
                return text.substring(headers.start(), end < 0 ? text.length() : end);
            }
        }
        return "";
    }

    /** A dump of all threads in plain text. */
    public static String dump() {
        try {
            Path directory = Files.createTempDirectory("threads");
            Path file = directory.resolve("dump.txt");
            try {
                ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                        .dumpThreads(file.toString(), ThreadDumpFormat.TEXT_PLAIN);
                return Files.readString(file);
            } finally {
                Files.deleteIfExists(file);
                Files.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
