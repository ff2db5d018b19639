package dev.weft.examples.iperf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.tcp.TcpSocketInfo;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One JSON object for each test, with iperf3's names for everything; printed when the test is over, or has failed. */
final class JsonReport implements Report {

    private final PrintStream out;
    private final String version;
    private ObjectNode all;
    private ObjectNode start;
    private TestSettings settings;
    private boolean server;
    private final Map<Integer, Paths> paths = new HashMap<>();

    /** Of a stream that sends: what TCP said over the intervals. */
    private static final class Paths {
        private long mostCwnd;
        private long mostWindow;
        private long mostRtt;
        private long leastRtt = Long.MAX_VALUE;
        private long sumRtt;
        private long count;
    }

    JsonReport(PrintStream out, String version) {
        this.out = out;
        this.version = version;
        begin();
    }

    private void begin() {
        all = JsonNodeFactory.instance.objectNode();
        start = all.putObject("start");
        start.putArray("connected");
        start.put("version", version).put("system_info", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch") + ", Java " + Runtime.version());
        all.putArray("intervals");
        all.putObject("end");
        paths.clear();
    }

    private void stamp() {
        Instant now = Instant.now();
        start.putObject("timestamp").put("time", DateTimeFormatter.RFC_1123_DATE_TIME.format(now.atOffset(ZoneOffset.UTC)))
                .put("timesecs", now.getEpochSecond());
    }

    @Override
    public void listening(int port, int test) {
        begin();
    }

    @Override
    public void connecting(String host, int port, TestSettings wanted) {
        stamp();
        start.putObject("connecting_to").put("host", host).put("port", port);
    }

    @Override
    public void cookie(String cookie) {
        start.put("cookie", cookie);
    }

    @Override
    public void accepted(InetSocketAddress client, String cookie, TestSettings wanted) {
        stamp();
        start.putObject("accepted_connection").put("host", client.getAddress().getHostAddress()).put("port", client.getPort());
        start.put("cookie", cookie);
    }

    @Override
    public void connected(TestSettings agreed, List<Endpoints> streams, boolean isServer, int mss) {
        settings = agreed;
        server = isServer;
        for (Endpoints stream : streams) {
            start.withArray("connected").addObject().put("socket", stream.id())
                    .put("local_host", stream.local().getAddress().getHostAddress()).put("local_port", stream.local().getPort())
                    .put("remote_host", stream.remote().getAddress().getHostAddress()).put("remote_port", stream.remote().getPort());
        }
        if (!settings.udp()) {
            start.put("tcp_mss_default", mss);
        }
        start.put("target_bitrate", settings.rate()).put("sock_bufsize", settings.window());
        start.putObject("test_start").put("protocol", settings.udp() ? "UDP" : "TCP").put("num_streams", settings.parallel())
                .put("blksize", settings.length()).put("omit", settings.omit()).put("duration", settings.seconds())
                .put("bytes", settings.bytes()).put("blocks", settings.blocks()).put("reverse", settings.reverse() ? 1 : 0)
                .put("tos", 0).put("target_bitrate", settings.rate()).put("bidir", settings.bidirectional() ? 1 : 0);
    }

    // ---------------------------------------------------------------- intervals

    @Override
    public void interval(List<Sample> samples) {
        ObjectNode interval = all.withArray("intervals").addObject();
        for (Sample sample : samples) {
            ObjectNode stream = interval.withArray("streams").addObject().put("socket", sample.stream().id());
            measured(stream, sample.start(), sample.end(), sample.bytes());
            if (sample.info() != null && sample.stream().sends()) {
                path(stream, sample);
            }
            datagrams(stream, sample.stream().sends(), sample.jitterMillis(), sample.lost(), sample.packets());
            stream.put("omitted", sample.omitted()).put("sender", sample.stream().sends());
        }
        boolean first = true;
        for (boolean sends : new boolean[] {!server, server}) {
            List<Sample> these = samples.stream().filter(sample -> sample.stream().sends() == sends).toList();
            if (!these.isEmpty()) {
                sum(interval.putObject(first ? "sum" : "sum_bidir_reverse"), these, sends);
                first = false;
            }
        }
    }

    private void path(ObjectNode stream, Sample sample) {
        TcpSocketInfo info = sample.info();
        long rtt = info.roundTrip().toNanos() / 1000;
        stream.put("retransmits", sample.retransmits()).put("snd_cwnd", info.cwnd()).put("snd_wnd", info.sendWindow())
                .put("rtt", rtt).put("rttvar", info.roundTripVariation().toNanos() / 1000).put("pmtu", info.pathMtu());
        if (!sample.omitted()) {
            Paths path = paths.computeIfAbsent(sample.stream().id(), id -> new Paths());
            path.mostCwnd = Math.max(path.mostCwnd, info.cwnd());
            path.mostWindow = Math.max(path.mostWindow, info.sendWindow());
            path.mostRtt = Math.max(path.mostRtt, rtt);
            path.leastRtt = Math.min(path.leastRtt, rtt);
            path.sumRtt += rtt;
            path.count++;
        }
    }

    private void sum(ObjectNode sum, List<Sample> samples, boolean sends) {
        Sample some = samples.getFirst();
        measured(sum, some.start(), some.end(), samples.stream().mapToLong(Sample::bytes).sum());
        if (!settings.udp() && sends) {
            sum.put("retransmits", samples.stream().mapToLong(Sample::retransmits).sum());
        }
        datagrams(sum, sends, samples.stream().mapToDouble(Sample::jitterMillis).average().orElse(0),
                samples.stream().mapToLong(Sample::lost).sum(), samples.stream().mapToLong(Sample::packets).sum());
        sum.put("omitted", some.omitted()).put("sender", sends);
    }

    private static ObjectNode measured(ObjectNode node, double start, double end, long bytes) {
        return node.put("start", start).put("end", end).put("seconds", end - start).put("bytes", bytes)
                .put("bits_per_second", end > start ? bytes * 8 / (end - start) : 0);
    }

    private void datagrams(ObjectNode node, boolean sends, double jitter, long lost, long packets) {
        if (settings.udp()) {
            if (!sends) {
                node.put("jitter_ms", jitter).put("lost_packets", lost);
            }
            node.put("packets", packets);
            if (!sends) {
                node.put("lost_percent", percent(lost, packets));
            }
        }
    }

    private static double percent(long part, long whole) {
        return whole > 0 ? 100.0 * part / whole : 0;
    }

    // ---------------------------------------------------------------- the end

    @Override
    public void finished(Outcome outcome) {
        ObjectNode end = all.putObject("end");
        end.putArray("streams");
        for (Sample sample : outcome.own()) {
            ObjectNode stream = end.withArray("streams").addObject();
            if (settings.udp()) {
                StreamResult receiver = outcome.receiver(sample);
                whole(stream.putObject("udp").put("socket", sample.stream().id()), sample.result(), receiver, sample.stream().sends())
                        .put("out_of_order", sample.outOfOrder());
            } else {
                tcp(stream, sample, outcome);
            }
        }
        sums(end, outcome);
        cpu(end, outcome);
        if (!settings.udp()) {
            congestion(end, outcome);
        }
        if (outcome.peer().serverOutput() != null && !server) {
            JsonNode output = outcome.peer().serverOutput();
            all.set(output.isTextual() ? "server_output_text" : "server_output_json", output);
        }
        if (server) {
            print();
        }
    }

    private void tcp(ObjectNode stream, Sample sample, Outcome outcome) {
        boolean sends = sample.stream().sends();
        StreamResult sender = outcome.sender(sample);
        StreamResult receiver = outcome.receiver(sample);
        ObjectNode node = stream.putObject("sender").put("socket", sample.stream().id());
        measured(node, sender.start(), sender.end(), sender.bytes());
        if (sender.retransmits() >= 0) {
            node.put("retransmits", sender.retransmits());
        }
        Paths path = paths.get(sample.stream().id());
        if (path != null) {
            node.put("max_snd_cwnd", path.mostCwnd).put("max_snd_wnd", path.mostWindow).put("max_rtt", path.mostRtt)
                    .put("min_rtt", path.leastRtt).put("mean_rtt", path.sumRtt / path.count);
        }
        node.put("sender", sends);
        measured(stream.putObject("receiver").put("socket", sample.stream().id()), receiver.start(), receiver.end(), receiver.bytes())
                .put("sender", sends);
    }

    /** Bytes are the one's, what became of datagrams is what the receiver says. */
    private ObjectNode whole(ObjectNode node, StreamResult counted, StreamResult receiver, boolean sends) {
        measured(node, counted.start(), counted.end(), counted.bytes());
        return node.put("jitter_ms", receiver.jitterMillis()).put("lost_packets", receiver.lost()).put("packets", counted.packets())
                .put("lost_percent", percent(receiver.lost(), counted.packets())).put("sender", sends);
    }

    private void sums(ObjectNode end, Outcome outcome) {
        String suffix = "";
        for (boolean sends : new boolean[] {!server, server}) {
            List<Sample> these = outcome.own().stream().filter(sample -> sample.stream().sends() == sends).toList();
            if (these.isEmpty()) {
                continue;
            }
            StreamResult sender = Sums.of(these.stream().map(outcome::sender).toList());
            StreamResult receiver = Sums.of(these.stream().map(outcome::receiver).toList());
            if (settings.udp()) {
                if (suffix.isEmpty()) {
                    whole(end.putObject("sum"), sends ? sender : receiver, receiver, sends);
                }
                whole(end.putObject("sum_sent" + suffix), sender, new StreamResult(sender.id(), 0, -1, 0, 0, 0, 0, 0), true);
                whole(end.putObject("sum_received" + suffix), receiver, receiver, false);
            } else {
                ObjectNode sent = measured(end.putObject("sum_sent" + suffix), sender.start(), sender.end(), sender.bytes());
                if (sender.retransmits() >= 0) {
                    sent.put("retransmits", sender.retransmits());
                }
                sent.put("sender", sends);
                measured(end.putObject("sum_received" + suffix), receiver.start(), receiver.end(), receiver.bytes()).put("sender", sends);
            }
            suffix = "_bidir_reverse";
        }
    }

    private static void cpu(ObjectNode end, Outcome outcome) {
        CpuUse.Share own = outcome.ownResults().cpu();
        CpuUse.Share peer = outcome.peer().cpu();
        end.putObject("cpu_utilization_percent").put("host_total", own.total()).put("host_user", own.user())
                .put("host_system", own.system()).put("remote_total", peer.total()).put("remote_user", peer.user())
                .put("remote_system", peer.system());
    }

    private void congestion(ObjectNode end, Outcome outcome) {
        String own = outcome.ownResults().congestion();
        String peer = outcome.peer().congestion();
        boolean ownSends = outcome.own().stream().anyMatch(sample -> sample.stream().sends());
        if (ownSends && own != null || peer == null) {
            end.put("sender_tcp_congestion", own);
            if (peer != null) {
                end.put("receiver_tcp_congestion", peer);
            }
        } else {
            end.put("sender_tcp_congestion", peer).put("receiver_tcp_congestion", own);
        }
    }

    @Override
    public void done() {
        print();
    }

    @Override
    public void failed(String message) {
        all.put("error", "error - " + message);
        print();
    }

    @Override
    public JsonNode output() {
        return all;
    }

    private void print() {
        out.println(all.toPrettyString());
        out.flush();
    }
}
