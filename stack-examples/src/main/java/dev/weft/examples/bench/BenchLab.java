package dev.weft.examples.bench;

import dev.weft.examples.path.Worker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The namespaces and the processes in them. All of it ends with the processes: nothing is named, nothing stays.
 * <pre>
 *   namespace of the peer                              namespace of the kernel's subject
 *   Load ── 10.8.0.1 veth0 ════════════════════════════ veth1 10.8.0.2 ── Subject on the kernel's sockets
 *     ├──── 10.9.0.1 TAP weft0 ══ Weft 10.9.0.2 ── Subject on Weft's sockets
 *     ├──── 10.10.1.1 TAP weft1 ═ Weft 10.10.1.2, a variant with options of its own
 *     └──── 10.9.1.1 TAP own1 ═══ 10.9.1.2, a command of the user's
 * </pre>
 */
final class BenchLab implements AutoCloseable {

    static final String KERNEL = "kernel";
    static final String WEFT = "Weft";

    private static final String SET_UP = """
            set -e
            ip link set lo up
            for file in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > "$file"; done
            echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save
            # Ports in TIME-WAIT may be used again, and there are enough of them.
            echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse
            echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range
            echo "$1" > /proc/sys/net/ipv4/tcp_congestion_control || true
            [ "$(cat /proc/sys/net/ipv4/tcp_congestion_control)" = "$1" ] || {
                echo "error the kernel does not allow the congestion control $1 here; as root: sysctl -w \\
            net.ipv4.tcp_allowed_congestion_control='reno cubic bbr'"
                exit 1
            }
            shift
            exec "$@"
            """;
    private static final String KERNEL_HOST = "10.8.0.2";
    private static final int PATIENCE_SECONDS = 90;
    private static final int READY_SECONDS = 30;

    /**
     * What is to be measured how.
     *
     * @param congestion Linux' name of the congestion control
     * @param virtualKernel the kernel's subject on virtual threads
     * @param flightRecording a file for what Weft's process did, null for none
     * @param variants options of further Wefts, by name
     * @param own commands of the user's, by name
     */
    record Setting(boolean pinned, String congestion, boolean virtualKernel, String flightRecording, Map<String, String> variants,
                   Map<String, String> own) {
    }

    private final Setting setting;
    private final Worker peer;
    private final Worker kernel;
    /** By name, {@link #WEFT} first. */
    private final Map<String, Worker> wefts = new LinkedHashMap<>();
    private final Map<String, Process> running = new LinkedHashMap<>();
    private final Set<String> taps = new HashSet<>();
    private BenchCase.Way way;

    BenchLab(Setting setting) throws IOException, InterruptedException {
        this.setting = setting;
        peer = worker("peer", List.of("unshare", "-n", "sh", "-c", SET_UP, "sh", setting.congestion()));
        Worker second = null;
        try {
            peer.await("ok");
            second = worker(KERNEL, List.of("unshare", "-n", "sh", "-c", SET_UP, "sh", setting.congestion()));
            wefts.put(WEFT, worker(WEFT, inPeer()));
            for (String name : setting.variants().keySet()) {
                wefts.put(name, worker(name, inPeer()));
            }
            kernel = second;
            kernel.await("ok");
            for (Worker weft : wefts.values()) {
                weft.await("ok");
            }
            if (setting.flightRecording() != null) {
                wefts.get(WEFT).ask("record " + setting.flightRecording());
            }
            in(peer, "ip link add veth0 type veth peer name veth1 netns " + kernel.pid());
            in(peer, "ip addr add 10.8.0.1/24 dev veth0");
            in(kernel, "ip addr add 10.8.0.2/24 dev veth1");
            in(peer, "ip link set veth0 up");
            in(kernel, "ip link set veth1 up");
            kernel.ask(setting.virtualKernel() ? "kernel virtual" : "kernel");
        } catch (IOException | InterruptedException | RuntimeException e) {
            peer.close();
            if (second != null) {
                second.close();
            }
            wefts.values().forEach(Worker::close);
            throw e;
        }
    }

    private Worker worker(String name, List<String> before) throws IOException {
        var command = new ArrayList<String>();
        if (setting.pinned()) {
            command.addAll(List.of("taskset", "-c", "0"));
        }
        command.addAll(before);
        return Worker.start(name, command, List.of("bench-end"));
    }

    private List<String> inPeer() {
        return List.of("nsenter", "-t", "" + peer.pid(), "-n");
    }

    /** Runs a program in the namespace of one. */
    private static void in(Worker worker, String command) throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("nsenter", "-t", "" + worker.pid(), "-n"));
        words.addAll(List.of(command.split(" ")));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + text.strip());
        }
    }

    /** Processor seconds that went into compiling, in all processes that are Java's. */
    double compilerSeconds() throws IOException {
        double seconds = Compilers.seconds(peer.pid()) + Compilers.seconds(kernel.pid());
        for (Worker weft : wefts.values()) {
            seconds += Compilers.seconds(weft.pid());
        }
        return seconds;
    }

    /** Who is measured: the kernel, Weft, and whatever else. */
    List<String> subjects() {
        var names = new ArrayList<>(List.of(KERNEL));
        names.addAll(wefts.keySet());
        names.addAll(setting.own().keySet());
        return names;
    }

    /** Has frames go this way from now on. */
    void go(BenchCase.Way wanted) throws IOException, InterruptedException {
        if (wanted == way) {
            return;
        }
        way = null;
        for (var end : List.of(Map.entry(peer, "veth0"), Map.entry(kernel, "veth1"))) {
            String on = wanted.offload() ? " on" : " off";
            in(end.getKey(), "ip link set " + end.getValue() + " mtu " + wanted.mtu());
            // What was turned off with the checksums does not come back with them.
            in(end.getKey(), "ethtool -K " + end.getValue() + " rx" + on + " tx" + on + " sg" + on + " tso" + on + " gso" + on + " gro" + on);
        }
        int number = 0;
        for (var weft : wefts.entrySet()) {
            weft.getValue().ask("close");
            weft.getValue().ask("weft --tap weft" + number + " --address " + hostOf(weft.getKey()) + "/24 --host " + weftNetwork(number++)
                    + ".1/24 --mtu " + wanted.mtu() + " --congestion "
                    + (setting.congestion().equals("reno") ? "newreno" : setting.congestion()) + (wanted.offload() ? "" : " --no-offload")
                    + (isVariant(weft.getKey()) ? " " + setting.variants().get(weft.getKey()) : ""));
        }
        number = 1;
        for (var command : setting.own().entrySet()) {
            startOwn(command.getKey(), command.getValue(), number++, wanted);
        }
        for (String subject : subjects()) {
            awaitEcho(subject);
        }
        way = wanted;
    }

    private void startOwn(String name, String command, int number, BenchCase.Way wanted) throws IOException, InterruptedException {
        stopOwn(name);
        String tap = "own" + number;
        if (!taps.contains(tap)) {
            in(peer, "ip tuntap add dev " + tap + " mode tap");
            in(peer, "ip addr add 10.9." + number + ".1/24 dev " + tap);
            in(peer, "ip link set " + tap + " up");
            taps.add(tap);
        }
        in(peer, "ip link set " + tap + " mtu " + wanted.mtu());
        var words = new ArrayList<>(inPeer());
        if (setting.pinned()) {
            words.addAll(List.of("taskset", "-c", "0"));
        }
        words.addAll(List.of("sh", "-c", command));
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(Map.of("WEFT_BENCH_TAP", tap, "WEFT_BENCH_ADDRESS", "10.9." + number + ".2",
                "WEFT_BENCH_PREFIX", "24", "WEFT_BENCH_HOST", "10.9." + number + ".1", "WEFT_BENCH_MTU", "" + wanted.mtu(),
                "WEFT_BENCH_OFFLOAD", wanted.offload() ? "yes" : "no"));
        running.put(name, builder.start());
    }

    private void awaitEcho(String name) throws IOException, InterruptedException {
        IOException last = null;
        for (int i = 0; i < READY_SECONDS; i++) {
            try {
                peer.ask("request " + hostOf(name) + " 10");
                return;
            } catch (IOException e) {
                last = e;
                Thread.sleep(1000);
            }
        }
        throw new IOException(name + " does not answer on port 7: " + last.getMessage(), last);
    }

    private void stopOwn(String name) throws InterruptedException {
        Process process = running.remove(name);
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    private String hostOf(String subject) {
        if (subject.equals(KERNEL)) {
            return KERNEL_HOST;
        }
        return wefts.containsKey(subject) ? weftNetwork(new ArrayList<>(wefts.keySet()).indexOf(subject)) + ".2"
                : "10.9." + (new ArrayList<>(setting.own().keySet()).indexOf(subject) + 1) + ".2";
    }

    private static String weftNetwork(int number) {
        return number == 0 ? "10.9.0" : "10.10." + number;
    }

    private boolean isVariant(String subject) {
        return setting.variants().containsKey(subject);
    }

    /** Whether the servers check what they receive, and say so. */
    boolean checks(String subject) {
        return subject.equals(KERNEL) || wefts.containsKey(subject);
    }

    /**
     * Measures once.
     *
     * @throws IOException what went wrong; no answer is a failure, too, after which this lab is of no more use
     */
    Measurement measure(BenchCase row, String subject, long millis, boolean hash) throws IOException, InterruptedException {
        var answer = new CompletableFuture<String>();
        double before = Measurement.busySeconds();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(peer.ask(row.order(hostOf(subject), millis, hash)));
            } catch (IOException | RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            String figures = answer.get(PATIENCE_SECONDS + millis / 1000, TimeUnit.SECONDS);
            return Measurement.of(row, figures, Measurement.busySeconds() - before);
        } catch (TimeoutException e) {
            throw new IOException(row.name() + " with " + subject + " does not come to an end", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    @Override
    public void close() {
        for (String name : setting.own().keySet()) {
            try {
                stopOwn(name);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        wefts.values().forEach(Worker::close);
        kernel.close();
        peer.close();
    }
}
