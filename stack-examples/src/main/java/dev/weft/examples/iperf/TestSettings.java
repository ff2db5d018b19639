package dev.weft.examples.iperf;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.tcp.TcpCongestion;
import dev.weft.tcp.TcpOptions;

/**
 * What a test is to do: the parameters that a client sends to its server.
 *
 * @param udp datagrams instead of TCP
 * @param seconds how long; 0 where bytes or blocks end it
 * @param bytes how many to send over all streams; 0 for no limit
 * @param blocks how many writes over all streams; 0 for no limit
 * @param omit so many seconds at the beginning do not count
 * @param parallel streams in each direction
 * @param reverse the server sends
 * @param bidirectional both send
 * @param length bytes of a write, or of a datagram
 * @param rate bits a second of each stream; 0 for no limit
 * @param window size of both socket buffers; 0 as TCP sizes them
 * @param mss the largest segment, for the peer's kernel; 0 for no wish
 * @param noDelay without Nagle's algorithm
 * @param congestion name of the congestion control, as Linux calls it; null for the default
 * @param wideCounters 64 bits for the number of a datagram instead of 32
 * @param serverOutput the server's report is wanted, too
 */
public record TestSettings(boolean udp, int seconds, long bytes, long blocks, int omit, int parallel, boolean reverse,
                           boolean bidirectional, int length, long rate, int window, int mss, boolean noDelay,
                           String congestion, boolean wideCounters, boolean serverOutput) {

    /** What the protocol's other programs take at most. */
    public static final int MOST_STREAMS = 128;
    public static final int MOST_LENGTH = 1 << 20;
    public static final int MOST_DATAGRAM = 65_507;
    public static final int MOST_WINDOW = 512 << 20;
    public static final int MOST_SECONDS = 86_400;
    public static final int MOST_OMIT = 60;
    private static final int DEFAULT_TCP_LENGTH = 128 << 10;
    private static final int DEFAULT_UDP_LENGTH = 1460;

    /** A number of a datagram, its time stamp included, has to fit. */
    int leastLength() {
        return udp ? DatagramHeader.bytes(wideCounters) : 1;
    }

    /** The first thing that is wrong with it; null when nothing is. */
    public String fault() {
        if (parallel < 1 || parallel > MOST_STREAMS) {
            return "from 1 to " + MOST_STREAMS + " parallel streams, not " + parallel;
        }
        int most = udp ? MOST_DATAGRAM : MOST_LENGTH;
        if (length < leastLength() || length > most) {
            return "a " + (udp ? "datagram" : "block") + " has " + leastLength() + " to " + most + " bytes, not " + length;
        }
        if (seconds < 0 || seconds > MOST_SECONDS || omit < 0 || omit > MOST_OMIT) {
            return "a test takes up to " + MOST_SECONDS + " seconds and omits up to " + MOST_OMIT;
        }
        if (bytes < 0 || blocks < 0 || rate < 0 || mss < 0) {
            return "less than nothing of bytes, blocks, rate or MSS";
        }
        if (window < 0 || window > MOST_WINDOW) {
            return "a window has up to " + MOST_WINDOW + " bytes, not " + window;
        }
        if (reverse && bidirectional) {
            return "either reverse or bidirectional";
        }
        if (congestion != null && control(congestion) == null) {
            return "no congestion control is called " + congestion + " here: one of cubic, reno, bbr";
        }
        return null;
    }

    private static TcpCongestion control(String name) {
        return switch (name) {
            case "cubic" -> TcpCongestion.CUBIC;
            case "reno", "newreno" -> TcpCongestion.NEW_RENO;
            case "bbr" -> TcpCongestion.BBR;
            default -> null;
        };
    }

    /** How the streams' sockets behave. */
    TcpOptions options() {
        TcpOptions options = TcpOptions.defaults().noDelay(noDelay).backlog(2 * MOST_STREAMS);
        if (window > 0) {
            options = options.sendBuffer(Math.max(1024, window)).receiveBuffer(Math.max(1024, window));
        }
        return congestion == null ? options : options.congestionControl(control(congestion));
    }

    /** Streams in both directions together. */
    public int streams() {
        return bidirectional ? 2 * parallel : parallel;
    }

    /** Whether the client sends on the stream that is connected as number {@code index}, from 0 on. */
    boolean clientSends(int index) {
        return bidirectional ? index < parallel : !reverse;
    }

    ObjectNode toJson(String version) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put(udp ? "udp" : "tcp", true).put("omit", omit).put("time", seconds).put("num", bytes).put("blockcount", blocks);
        putIf(json, "MSS", mss);
        flagIf(json, "nodelay", noDelay);
        json.put("parallel", parallel);
        flagIf(json, "reverse", reverse);
        flagIf(json, "bidirectional", bidirectional);
        putIf(json, "window", window);
        json.put("len", length);
        putIf(json, "bandwidth", rate);
        json.put("pacing_timer", 1000);
        if (congestion != null) {
            json.put("congestion", congestion);
        }
        if (serverOutput) {
            json.put("get_server_output", 1);
        }
        if (wideCounters) {
            json.put("udp_counters_64bit", 1);
        }
        return json.put("client_version", version);
    }

    private static void putIf(ObjectNode json, String name, long value) {
        if (value != 0) {
            json.put(name, value);
        }
    }

    private static void flagIf(ObjectNode json, String name, boolean value) {
        if (value) {
            json.put(name, true);
        }
    }

    /**
     * What a client has sent.
     *
     * @throws IperfException when it makes no sense or asks for what is not to be had here
     */
    static TestSettings of(JsonNode json) throws IperfException {
        if (isSet(json, "sctp") || !isSet(json, "udp") && !isSet(json, "tcp")) {
            throw new IperfException("the client wants neither TCP nor UDP", IperfException.PROTOCOL);
        }
        boolean udp = isSet(json, "udp");
        String congestion = json.path("congestion").asText("");
        var settings = new TestSettings(udp, number(json, "time", 0), longNumber(json, "num", 0), longNumber(json, "blockcount", 0),
                number(json, "omit", 0), number(json, "parallel", 1), isSet(json, "reverse"), isSet(json, "bidirectional"),
                number(json, "len", udp ? DEFAULT_UDP_LENGTH : DEFAULT_TCP_LENGTH), longNumber(json, "bandwidth", 0),
                number(json, "window", 0), number(json, "MSS", 0), isSet(json, "nodelay"),
                congestion.isEmpty() ? null : congestion, isSet(json, "udp_counters_64bit"), isSet(json, "get_server_output"));
        String fault = settings.fault();
        if (fault != null) {
            throw new IperfException("the client's parameters: " + fault, congestion.isEmpty() || control(congestion) != null
                    ? IperfException.RECEIVING_PARAMETERS : IperfException.CONGESTION_CONTROL);
        }
        return settings;
    }

    private static boolean isSet(JsonNode json, String name) {
        return json.path(name).asBoolean(false);
    }

    private static int number(JsonNode json, String name, int other) throws IperfException {
        long value = longNumber(json, name, other);
        if (value != (int) value) {
            throw new IperfException("the client's parameters: " + name + " is " + value);
        }
        return (int) value;
    }

    private static long longNumber(JsonNode json, String name, long other) throws IperfException {
        JsonNode value = json.path(name);
        if (value.isMissingNode()) {
            return other;
        }
        if (!value.isNumber() || !value.canConvertToLong()) {
            throw new IperfException("the client's parameters: " + name + " is no number of at most 63 bits");
        }
        return value.longValue();
    }
}
