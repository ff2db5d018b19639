package dev.weft.examples.iperf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;

/** The lines that iperf3 prints, so that what reads those reads these. Streams have the protocol's numbers. */
final class TextReport implements Report {

    private static final String RULE = "- - - - - - - - - - - - - - - - - - - - - - - - -";
    private static final String BAR = "-----------------------------------------------------------";

    private final PrintStream out;
    private final StringBuilder output = new StringBuilder();
    private TestSettings settings;
    private boolean server;
    private boolean several;

    TextReport(PrintStream out) {
        this.out = out;
    }

    private void line(String format, Object... values) {
        String text = String.format(Locale.ROOT, format, values);
        output.append(text).append('\n');
        out.println(text);
        out.flush();
    }

    @Override
    public void listening(int port, int test) {
        line(BAR);
        line("Server listening on %d (test #%d)", port, test);
        line(BAR);
        output.setLength(0);
    }

    @Override
    public void connecting(String host, int port, TestSettings wanted) {
        line("Connecting to host %s, port %d", host, port);
        if (wanted.reverse()) {
            line("Reverse mode, remote host %s is sending", host);
        }
    }

    @Override
    public void cookie(String cookie) {
        // Not printed.
    }

    @Override
    public void accepted(InetSocketAddress client, String cookie, TestSettings wanted) {
        line("Accepted connection from %s, port %d", client.getAddress().getHostAddress(), client.getPort());
    }

    @Override
    public void connected(TestSettings agreed, List<Endpoints> streams, boolean isServer, int mss) {
        settings = agreed;
        server = isServer;
        several = false;
        for (Endpoints stream : streams) {
            line("[%3d] local %s port %d connected to %s port %d", stream.id(), stream.local().getAddress().getHostAddress(),
                    stream.local().getPort(), stream.remote().getAddress().getHostAddress(), stream.remote().getPort());
        }
        boolean anySends = streams.stream().anyMatch(Endpoints::sends);
        boolean anyReceives = streams.stream().anyMatch(stream -> !stream.sends());
        line("%s", head() + (!settings.udp() ? anySends ? "         Retr  Cwnd" : ""
                : anyReceives ? "         Jitter    Lost/Total Datagrams" : "         Total Datagrams"));
    }

    private String head() {
        return "[ ID]" + (settings.bidirectional() ? "[Role]" : "") + " Interval           Transfer     Bitrate";
    }

    private String role(boolean sends) {
        return !settings.bidirectional() ? "" : (sends ? "[TX-" : "[RX-") + (server ? "S]" : "C]");
    }

    // ---------------------------------------------------------------- intervals

    @Override
    public void interval(List<Sample> samples) {
        if (several && samples.size() > 1) {
            line(RULE);
        }
        several = true;
        for (boolean sends : new boolean[] {!server, server}) {
            List<Sample> these = samples.stream().filter(sample -> sample.stream().sends() == sends).toList();
            for (Sample sample : these) {
                line("%s%s", measured(String.format("%3d", sample.stream().id()), sends, sample.start(), sample.end(), sample.bytes()),
                        sends ? sent(sample) : got(sample.jitterMillis(), sample.lost(), sample.packets(), sample.omitted()));
            }
            if (these.size() > 1) {
                sum(these, sends);
            }
        }
    }

    private void sum(List<Sample> samples, boolean sends) {
        Sample some = samples.getFirst();
        long bytes = samples.stream().mapToLong(Sample::bytes).sum();
        long packets = samples.stream().mapToLong(Sample::packets).sum();
        String tail;
        if (!settings.udp()) {
            tail = sends ? String.format("  %3d             ", samples.stream().mapToLong(Sample::retransmits).sum()) : "                  ";
        } else if (sends) {
            tail = total(packets);
        } else {
            tail = got(samples.stream().mapToDouble(Sample::jitterMillis).average().orElse(0),
                    samples.stream().mapToLong(Sample::lost).sum(), packets, false);
        }
        line("%s%s", measured("SUM", sends, some.start(), some.end(), bytes), tail);
    }

    private String measured(String name, boolean sends, double start, double end, long bytes) {
        return String.format(Locale.ROOT, "[%s]%s %6.2f-%-6.2f sec  %s  %s", name, role(sends), start, end, Units.bytes(bytes),
                Units.rate(end > start ? bytes * 8 / (end - start) : 0));
    }

    private String sent(Sample sample) {
        String mark = sample.omitted() ? "(omitted)" : "";
        return settings.udp() ? total(sample.packets()) + mark
                : String.format("  %3d   %s       %s", sample.retransmits(), Units.bytes(sample.info().cwnd()), mark);
    }

    private String total(long packets) {
        return (settings.bidirectional() ? "            " : "  ") + packets + "  ";
    }

    private String got(double jitter, long lost, long packets, boolean omitted) {
        String mark = omitted ? "(omitted)" : "";
        return settings.udp() ? datagrams(jitter, lost, packets) + mark : "                  " + mark;
    }

    private static String datagrams(double jitter, long lost, long packets) {
        return String.format(Locale.ROOT, "  %5.3f ms  %d/%d (%.2g%%)  ", jitter, lost, packets, percent(lost, packets))
                .replace("(0.0%)", "(0%)");
    }

    private static double percent(long part, long whole) {
        return whole > 0 ? 100.0 * part / whole : 0;
    }

    // ---------------------------------------------------------------- the end

    @Override
    public void finished(Outcome outcome) {
        line(RULE);
        boolean retransmits = outcome.own().stream().anyMatch(sample -> sample.stream().sends()) || !server;
        line("%s", head() + (settings.udp() ? "         Jitter    Lost/Total Datagrams" : retransmits ? "         Retr" : ""));
        for (boolean sends : new boolean[] {!server, server}) {
            List<Sample> these = outcome.own().stream().filter(sample -> sample.stream().sends() == sends).toList();
            for (Sample sample : these) {
                both(String.format("%3d", sample.stream().id()), sends, outcome.sender(sample), outcome.receiver(sample));
            }
            if (these.size() > 1) {
                both("SUM", sends, Sums.of(these.stream().map(outcome::sender).toList()),
                        Sums.of(these.stream().map(outcome::receiver).toList()));
            }
        }
        if (outcome.peer().serverOutput() != null && !server) {
            line("");
            line("Server output:");
            line("%s", outcome.peer().serverOutput().isTextual() ? outcome.peer().serverOutput().asText()
                    : outcome.peer().serverOutput().toPrettyString());
        }
    }

    /** A client knows both ends, a server tells its own. */
    private void both(String name, boolean sends, StreamResult sender, StreamResult receiver) {
        if (!server || sends) {
            line("%s%s", measured(name, sends, sender.start(), sender.end(), sender.bytes()), settings.udp()
                    ? datagrams(0, 0, sender.packets()) + "sender"
                    : sender.retransmits() >= 0 ? String.format("  %3d             sender", sender.retransmits())
                    : "                  sender");
        }
        if (!server || !sends) {
            line("%s%s", measured(name, sends, receiver.start(), receiver.end(), receiver.bytes()), settings.udp()
                    ? datagrams(receiver.jitterMillis(), receiver.lost(), receiver.packets()) + "receiver"
                    : "                  receiver");
        }
    }

    @Override
    public void done() {
        line("");
        line("iperf Done.");
    }

    @Override
    public void failed(String message) {
        line("iperf3: error - %s", message);
    }

    @Override
    public JsonNode output() {
        return TextNode.valueOf(output.toString());
    }
}
