package dev.weft.tap.testing;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * A network namespace for one test, empty at first but for a loopback that is up: its own interfaces, addresses, routes and
 * ports, without a name, gone when the last thread, process and socket in it is.
 *
 * <p>A namespace belongs to threads. One platform thread calls {@code unshare(CLONE_NEWNET)} and stays in it;
 * {@link #run} and {@link #call} run there, one after the other. A device or socket made there stays in this namespace
 * whichever thread uses it later, and a process started there is born into it, so {@link #exec} needs no {@code nsenter}.
 *
 * <p>It takes CAP_SYS_ADMIN in the JVM's user namespace, which is what {@code RequiresPrivateNetwork} tests run with, as
 * root and as an ordinary user.
 */
public final class NetNamespace implements AutoCloseable {

    /** How long a command or a task may take before the test fails. */
    private static final int SECONDS = 30;

    private static final int CLONE_NEWNET = 0x4000_0000;
    private static final int CAPABILITY_VERSION_3 = 0x2008_0522;

    /** The two calls of the C library; both change the calling thread alone. */
    private static final class Calls {

        static {
            Native.register(Calls.class, NativeLibrary.getProcess());
        }

        static native int unshare(int flags);

        static native int capset(long header, long data);
    }

    /** What a command said and how it ended. */
    public record Output(int exitStatus, String text) {
    }

    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("namespace").factory());

    private NetNamespace() {
    }

    /** Makes a namespace. */
    public static NetNamespace create() {
        var namespace = new NetNamespace();
        try {
            namespace.run(() -> succeed(Calls.unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)"));
            // Its interfaces shall be silent but for what the test causes.
            namespace.run(() -> {
                for (String which : List.of("all", "default")) {
                    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf", which, "disable_ipv6");
                    if (Files.isWritable(ipv6)) {
                        Files.writeString(ipv6, "1");
                    }
                }
            });
            namespace.ip("link set lo up");
            return namespace;
        } catch (RuntimeException | Error e) {
            namespace.close();
            throw e;
        }
    }

    /** The file that stands for it as long as it is open, for {@code nsenter --net=} and the like. */
    public Path file() {
        return call(() -> Path.of("/proc/thread-self").toRealPath().resolve("ns/net"));
    }

    /** Something to do that may throw. */
    @FunctionalInterface
    public interface Task {
        /** Does it. */
        void run() throws Exception;
    }

    /** Runs {@code task} in the namespace; what it throws unchecked comes out as it is. */
    public void run(Task task) {
        call(() -> {
            task.run();
            return null;
        });
    }

    /** Runs {@code task} in the namespace and returns its result; a checked exception comes out as a cause. */
    public <T> T call(Callable<T> task) {
        return join(thread.submit(task));
    }

    /**
     * Runs a program in the namespace until it ends, at most 30 s.
     *
     * @return its exit status, and what it wrote on both outputs
     */
    public Output exec(String... command) {
        return join(execLater(command));
    }

    /** {@link #exec} while the test goes on. */
    public Future<Output> execLater(String... command) {
        Process process = start(command);
        return CompletableFuture.supplyAsync(() -> {
            try (var input = process.getInputStream()) {
                String text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
                return new Output(process.waitFor(), text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                process.destroyForcibly();
            }
        }, task -> Thread.ofVirtual().start(task)).orTimeout(SECONDS, TimeUnit.SECONDS).whenComplete((output, failure) -> {
            if (failure instanceof TimeoutException) {
                process.destroyForcibly();
            }
        });
    }

    /** Starts a program in the namespace, both outputs in one; whoever calls ends it. */
    public Process start(String... command) {
        return call(() -> new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Runs the program {@code ip} with words separated by spaces; it has to succeed. Returns what it wrote. */
    public String ip(String words) {
        String[] command = ("ip " + words).split(" ");
        Output output = exec(command);
        if (output.exitStatus() != 0) {
            throw new IllegalStateException("`ip " + words + "`: " + output.text());
        }
        return output.text();
    }

    /** A counter of an interface of the namespace, such as {@code packets} of direction {@code rx}, from {@code ip -s}. */
    public long statistic(String iface, String direction, String what) {
        String json = ip("-s -j link show dev " + iface);
        var found = Pattern
                .compile("\"" + direction + "\":\\{[^}]*\"" + what + "\":(\\d+)").matcher(json);
        if (!found.find()) {
            throw new IllegalStateException("no " + direction + " " + what + " in " + json);
        }
        return Long.parseLong(found.group(1));
    }

    /** Takes every capability from the namespace's thread, for good: what runs there from now on is an ordinary user. */
    public void dropRights() {
        run(() -> {
            try (var arena = Arena.ofConfined()) {
                MemorySegment header = arena.allocate(8, 8);
                header.set(ValueLayout.JAVA_INT, 0, CAPABILITY_VERSION_3);
                MemorySegment none = arena.allocate(24, 8);
                succeed(Calls.capset(header.address(), none.address()), "capset");
            }
        });
    }

    /** Ends the thread; whatever processes were started should have ended. */
    @Override
    public void close() {
        thread.shutdownNow();
    }

    private static void succeed(int result, String call) {
        if (result < 0) {
            throw new IllegalStateException(call + ": errno " + Native.getLastError());
        }
    }

    private static <T> T join(Future<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new NamespaceException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException("did not end in time", e);
        }
    }

    /** Carries the checked exception of a task. */
    public static final class NamespaceException extends RuntimeException {

        private static final long serialVersionUID = 1;

        NamespaceException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }
}
