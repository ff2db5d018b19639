package dev.weft.examples.path;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Two namespaces with their ends, joined by a {@code link} of its own, on which one kind of flow is measured: several lanes run
 * side by side under the same load of the machine. All of it ends with the processes: nothing is named, nothing stays.
 */
final class PathLane implements AutoCloseable {

    private static final String SET_UP = """
            set -e
            ip link set lo up
            for file in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > "$file"; done
            echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save
            ip link add br0 address 02:00:00:00:00:0$1 type bridge forward_delay 0 stp_state 0 mcast_snooping 0
            for tap in line weft; do
                ip tuntap add dev $tap mode tap
                ip link set dev $tap txqueuelen 10000
                ip link set dev $tap master br0
                ip link set dev $tap up
            done
            ip addr add 10.7.0.$1/24 dev br0
            ip link set br0 up
            ip neigh add 10.7.0.$2 lladdr 02:00:00:00:00:0$2 dev br0
            ip neigh add 10.7.0.1$2 lladdr 02:00:00:00:00:1$2 dev br0
            shift 2
            exec "$@"
            """;

    private final String sender;
    private final String receiver;
    private final Worker left;
    private final Worker right;
    private final Worker link;
    private int port = 5000;

    /** Makes the namespaces; who sends and who receives is {@code kernel} or {@code weft}. */
    PathLane(String sender, String receiver) throws IOException {
        this.sender = sender;
        this.receiver = receiver;
        left = end(1, 2);
        right = end(2, 1);
        left.await("ok");
        right.await("ok");
        link = Worker.start("link", Worker.AT_ONCE, List.of("link", "--repeat", "--a", "line@" + left.pid(),
                "--b", "line@" + right.pid()));
        link.await("ready");
    }

    private static Worker end(int self, int other) throws IOException {
        var before = new ArrayList<>(Worker.AT_ONCE);
        before.addAll(List.of("unshare", "-n", "sh", "-c", SET_UP, "sh", "" + self, "" + other));
        return Worker.start("end " + self, before,
                List.of("path-end", "--tap", "weft", "--address", "10.7.0.1" + self + "/24", "--mac",
                        "02:00:00:00:00:1" + self));
    }

    String name() {
        return sender + "→" + receiver;
    }

    /** Joins the namespaces by such a path from now on. */
    void join(PathCase path, long seed) throws IOException {
        again("--seed=" + seed + " " + String.join(" ", path.options()));
    }

    /** Ends a run and begins another; what the link says about the one that has ended. */
    private String again(String changes) throws IOException {
        link.tell(changes);
        String report = link.await("");
        link.await("again");
        return report;
    }

    /** Measures one flow for so long; the next run has {@code nextSeed}. */
    PathFigures measure(String congestion, long millis, long nextSeed) throws IOException, InterruptedException {
        open(congestion);
        int flow = begin(sender, receiver);
        Thread.sleep(millis);
        String received = right.ask("received " + flow);
        String sent = left.ask("sent " + flow);
        return PathFigures.of(received, sent, end(nextSeed));
    }

    /**
     * Has a flow of this lane's compete with one of the kernel's.
     *
     * @return its share of what both carry from the second quarter of the time on
     */
    double compete(String congestion, long millis, long nextSeed) throws IOException, InterruptedException {
        open(congestion);
        int own = begin(sender, receiver);
        int other = begin("kernel", "kernel");
        Thread.sleep(millis / 4);
        long ownBefore = received(own);
        long otherBefore = received(other);
        Thread.sleep(millis - millis / 4);
        double ownBytes = received(own) - ownBefore;
        double otherBytes = received(other) - otherBefore;
        end(nextSeed);
        return ownBytes / Math.max(1, ownBytes + otherBytes);
    }

    private void open(String congestion) throws IOException {
        left.ask("open " + congestion);
        right.ask("open " + congestion);
    }

    private int begin(String from, String to) throws IOException {
        int flow = port++;
        right.ask("listen " + to + " " + flow);
        left.ask("send " + from + " 10.7.0." + (to.equals("weft") ? "12" : "2") + " " + flow);
        return flow;
    }

    private long received(int flow) throws IOException {
        return Long.parseLong(right.ask("received " + flow).split(" ")[0]);
    }

    /** Ends the run; what the link says about it. */
    private String end(long nextSeed) throws IOException {
        left.ask("stop");
        right.ask("stop");
        return again("--seed=" + nextSeed);
    }

    @Override
    public void close() {
        link.close();
        left.close();
        right.close();
    }
}
