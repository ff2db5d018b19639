package dev.weft.examples.scale;

import dev.weft.resource.OffHeap;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The memory of this process after a full collection, in bytes.
 *
 * @param heap objects that live
 * @param buffers Weft's own native memory, from its ledger
 * @param internal what the JVM takes beside the heap, by native memory tracking; 0 where that is off
 * @param resident what the operating system says the process has in memory
 */
record Footprint(long heap, long buffers, long internal, long resident) {

    private static final int COLLECTIONS = 2;

    /** Collects and looks. */
    static Footprint take() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        return new Footprint(heap, OffHeap.liveBytes(), internalBytes(), residentBytes());
    }

    Footprint minus(Footprint before) {
        return new Footprint(heap - before.heap, buffers - before.buffers, internal - before.internal, resident - before.resident);
    }

    Footprint dividedBy(int count) {
        return new Footprint(heap / count, buffers / count, internal / count, resident / count);
    }

    private static long residentBytes() {
        try {
            return status("VmRSS:") << 10;
        } catch (IOException e) {
            return 0;
        }
    }

    private static long status(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
            }
        }
        return 0;
    }

    /** The committed bytes of all that native memory tracking knows, without the heap. */
    private static long internalBytes() {
        long total = 0;
        for (String line : diagnose("vmNativeMemory", "summary", "scale=1").lines().toList()) {
            int committed = line.indexOf("committed=");
            if (committed < 0) {
                continue;
            }
            long bytes = Long.parseLong(line.substring(committed + "committed=".length()).split("\\D")[0]);
            if (line.startsWith("Total:")) {
                total += bytes;
            } else if (line.contains("Java Heap (")) {
                total -= bytes;
            }
        }
        return Math.max(0, total);
    }

    /** The classes that take most of the heap. */
    static String histogram(int lines) {
        return String.join("\n", diagnose("gcClassHistogram").lines().limit(lines).toList());
    }

    private static String diagnose(String command, String... arguments) {
        try {
            return (String) ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), command, new Object[] {arguments},
                    new String[] {String[].class.getName()});
        } catch (JMException e) {
            return "";
        }
    }
}
