package dev.weft.runtime;

import dev.weft.resource.OffHeap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Finds what a test has left behind: threads by the beginning of their names, open descriptors, off-heap memory. It
 * compares with what there was when it was made, so tests before it do no harm; tests beside it in the same JVM do.
 *
 * <pre>{@code
 * var leaks = LeakCheck.begin("weft");
 * try (var stack = NetworkStack.open(config)) { … }
 * leaks.assertNone();
 * }</pre>
 *
 * <p>Descriptors that the JVM opens for itself at a first use (class path, poller, random device) are not counted as far
 * as they can be told; what a test opens itself, such as sockets of the kernel's, it closes before it asks.
 */
public final class LeakCheck {

    /** Threads are not gone from a dump at the moment that a join returns. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final List<String> threadPrefixes;
    private final List<String> threadsBefore;
    private final Map<Integer, String> descriptorsBefore;
    private final Map<String, Long> memoryBefore;

    private LeakCheck(List<String> threadPrefixes) {
        this.threadPrefixes = threadPrefixes;
        this.threadsBefore = threads();
        this.descriptorsBefore = descriptors();
        this.memoryBefore = OffHeap.liveByOwner();
    }

    /** Notes what there is at present. Threads whose names begin otherwise are nobody's leak. */
    public static LeakCheck begin(String... threadPrefixes) {
        return new LeakCheck(List.of(threadPrefixes));
    }

    /** What there is now and was not then, one line for each thing; empty if nothing. */
    public List<String> leaks() {
        List<String> leaks = new ArrayList<>();
        List<String> threads = new ArrayList<>(threads());
        threadsBefore.forEach(threads::remove);
        threads.forEach(name -> leaks.add("thread " + name));
        descriptors().forEach((number, target) -> {
            if (!target.equals(descriptorsBefore.get(number)) && !belongsToJvm(target)) {
                leaks.add("descriptor " + number + " of " + target);
            }
        });
        OffHeap.liveByOwner().forEach((owner, bytes) -> {
            long more = bytes - memoryBefore.getOrDefault(owner, 0L);
            if (more > 0) {
                leaks.add("memory " + more + " bytes of " + owner);
            }
        });
        return leaks;
    }

    /** Waits a few seconds for the last thread to be gone, then fails if anything is left. */
    public void assertNone() {
        assertNoneWithin(PATIENCE);
    }

    /** As {@link #assertNone()} with a patience of the caller's. */
    void assertNoneWithin(Duration patience) {
        long deadline = NanoClock.deadline(NanoClock.system().nanoTime(), patience);
        List<String> leaks = leaks();
        while (!leaks.isEmpty() && NanoClock.system().nanoTime() < deadline) {
            NanoClock.system().parkUntil(this, NanoClock.system().nanoTime() + 20_000_000);
            leaks = leaks();
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError("left behind: " + leaks);
        }
    }

    private List<String> threads() {
        return threadPrefixes.stream().flatMap(prefix -> LiveThreads.named(prefix).stream()).distinct().toList();
    }

    private static boolean belongsToJvm(String target) {
        return target.endsWith(".jar") || target.endsWith("/modules") || target.endsWith("random")
                || target.endsWith(".so") || target.equals("anon_inode:[eventpoll]");
    }

    /** Open descriptors and what they are open on; empty where the system does not show them. */
    private static Map<Integer, String> descriptors() {
        Map<Integer, String> open = new TreeMap<>();
        Path all = Path.of("/proc/self/fd");
        if (!Files.isDirectory(all)) {
            return open;
        }
        try (DirectoryStream<Path> links = Files.newDirectoryStream(all)) {
            for (Path link : links) {
                try {
                    open.put(Integer.valueOf(link.getFileName().toString()), Files.readSymbolicLink(link).toString());
                } catch (IOException _) {
                    // closed since it was listed: the directory's own descriptor at the least
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.values().removeIf(target -> target.startsWith("/proc/") && target.endsWith("/fd"));
        return open;
    }
}
