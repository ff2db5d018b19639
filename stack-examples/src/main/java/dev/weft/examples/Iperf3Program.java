package dev.weft.examples;

import dev.weft.NetworkStack;
import dev.weft.examples.iperf.IperfClient;
import dev.weft.examples.iperf.IperfServer;
import dev.weft.examples.iperf.Reporting;
import dev.weft.examples.iperf.TestSettings;
import dev.weft.examples.iperf.Units;
import dev.weft.wire.IpAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.ToLongFunction;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code iperf3}: one end of a measurement whose other end is iperf3. */
@Command(name = "iperf3", mixinStandardHelpOptions = true, sortOptions = false, description = "Measures how much goes between Weft "
        + "and an iperf3, whose protocol, options and output these are. Numbers may end in K, M, G or T.")
final class Iperf3Program implements Callable<Integer> {

    private static final int DEFAULT_SECONDS = 10;
    private static final int DEFAULT_TCP_LENGTH = 128 << 10;
    private static final int DEFAULT_UDP_LENGTH = 1460;
    private static final long DEFAULT_UDP_RATE = 1 << 20;
    private static final int FAILED = 1;

    @Mixin
    private LinkOptions link = new LinkOptions();

    /** Which end. */
    private static final class Role {
        @Option(names = {"-s", "--server"}, required = true, description = "Serves one test after the other.")
        private boolean server;

        @Option(names = {"-c", "--client"}, required = true, paramLabel = "HOST", description = "Does one test with this server.")
        private String host;
    }

    @ArgGroup(multiplicity = "1")
    private Role role;

    @Option(names = {"-p", "--port"}, paramLabel = "N", description = "The server's port; default: 5201.")
    private int port = 5201;

    @Option(names = {"-i", "--interval"}, paramLabel = "S", description = "Seconds between reports, 0 for none; default: 1.")
    private double interval = 1;

    @Option(names = {"-J", "--json"}, description = "Prints JSON.")
    private boolean json;

    @Option(names = {"-1", "--one-off"}, description = "A server serves one test only.")
    private boolean once;

    @Option(names = {"-u", "--udp"}, description = "Datagrams instead of TCP.")
    private boolean udp;

    @Option(names = {"-b", "--bitrate", "--bandwidth"}, paramLabel = "N", converter = Rate.class, description = "Bits a second of each "
            + "stream, 0 for no limit; default: 1M with -u, else none.")
    private Long rate;

    @Option(names = {"-t", "--time"}, paramLabel = "S", description = "How long to send; default: 10.")
    private Integer seconds;

    @Option(names = {"-n", "--bytes"}, paramLabel = "N", converter = Bytes.class, description = "How many bytes to send, instead of -t.")
    private Long bytes;

    @Option(names = {"-k", "--blockcount"}, paramLabel = "N", converter = Bytes.class, description = "How many blocks (writes, datagrams) "
            + "to send, instead of -t.")
    private Long blocks;

    @Option(names = {"-l", "--length"}, paramLabel = "N", converter = Bytes.class, description = "Bytes of a block; default: 128K, with -u "
            + "1460.")
    private Long length;

    @Option(names = {"-P", "--parallel"}, paramLabel = "N", description = "Streams at the same time; default: 1.")
    private int parallel = 1;

    @Option(names = {"-R", "--reverse"}, description = "The server sends.")
    private boolean reverse;

    @Option(names = "--bidir", description = "Both send.")
    private boolean bidirectional;

    @Option(names = {"-w", "--window"}, paramLabel = "N", converter = Bytes.class, description = "Size of the socket buffers, at both ends.")
    private Long window;

    @Option(names = "-C", paramLabel = "NAME", description = "Congestion control of the streams at both ends: cubic, reno or bbr.")
    private String control;

    @Option(names = {"-M", "--set-mss"}, paramLabel = "N", description = "The largest segment, for the server to set on its end.")
    private int mss;

    @Option(names = {"-N", "--no-delay"}, description = "Without Nagle's algorithm.")
    private boolean noDelay;

    @Option(names = {"-O", "--omit"}, paramLabel = "S", description = "Seconds at the beginning that do not count.")
    private int omit;

    @Option(names = "--connect-timeout", paramLabel = "MS", description = "How long to wait for a connection; default: 2 minutes.")
    private int connectMillis = 120_000;

    @Option(names = "--udp-counters-64bit", description = "Datagrams are numbered with 64 bits.")
    private boolean wideCounters;

    @Option(names = "--get-server-output", description = "Shows what the server has printed, too.")
    private boolean serverOutput;

    @Override
    public Integer call() throws Exception {
        link.check();
        check();
        var reporting = new Reporting(System.out, json);
        if (role.host == null) {
            serve(reporting);
            return 0;
        }
        TestSettings settings = settings();
        IpAddress host = link.numeric(role.host);
        try (NetworkStack stack = Lifetime.closeOnSignal(NetworkStack.open(link.config()));
                IperfClient client = Lifetime.closeOnSignal(new IperfClient(stack, host, port, settings, interval,
                        Duration.ofMillis(connectMillis), reporting))) {
            return run(client);
        }
    }

    /** It has said why itself, where its user looks. */
    private static int run(IperfClient client) throws InterruptedException {
        try {
            client.run();
            return 0;
        } catch (IOException e) {
            return FAILED;
        }
    }

    private void serve(Reporting reporting) throws IOException {
        try (NetworkStack stack = Lifetime.closeOnSignal(NetworkStack.open(link.config()));
                IperfServer server = Lifetime.closeOnSignal(new IperfServer(stack, port, once, interval, reporting))) {
            if (!json) {
                link.printReady();
            }
            server.run();
        }
    }

    private void check() {
        if (port < 1 || port > 65_535) {
            throw link.wrong("--port " + port + ": from 1 to 65535");
        }
        if (!(interval == 0 || interval >= 0.1 && interval <= 60)) {
            throw link.wrong("--interval " + interval + ": 0, or 0.1 to 60 seconds");
        }
        if (connectMillis < 1) {
            throw link.wrong("--connect-timeout " + connectMillis + ": at least 1 ms");
        }
        if ((seconds == null ? 0 : 1) + (bytes == null ? 0 : 1) + (blocks == null ? 0 : 1) > 1) {
            throw link.wrong("only one of --time, --bytes and --blockcount can end a test");
        }
    }

    private TestSettings settings() {
        boolean counted = bytes != null || blocks != null;
        var settings = new TestSettings(udp, counted ? 0 : seconds == null ? DEFAULT_SECONDS : seconds, bytes == null ? 0 : bytes,
                blocks == null ? 0 : blocks, omit, parallel, reverse, bidirectional,
                length == null ? udp ? DEFAULT_UDP_LENGTH : DEFAULT_TCP_LENGTH : (int) Math.min(length, Integer.MAX_VALUE),
                rate == null ? udp ? DEFAULT_UDP_RATE : 0 : rate, window == null ? 0 : (int) Math.min(window, Integer.MAX_VALUE), mss,
                noDelay, control, wideCounters, serverOutput);
        if (settings.fault() != null) {
            throw link.wrong(settings.fault());
        }
        return settings;
    }

    /** A number of bytes. */
    static final class Bytes implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return number(text, Units::parseBytes);
        }
    }

    /** A number of bits a second. */
    static final class Rate implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return number(text, Units::parseRate);
        }
    }

    private static long number(String text, ToLongFunction<String> parser) {
        try {
            return parser.applyAsLong(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' is no number such as 512, 128K or 10M");
        }
    }
}
