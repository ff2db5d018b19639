package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.Pattern;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tshark's experts remark on the segments that Weft sends to Linux, they remark on those that Linux sends to itself when
 * it has the same to say: the same conversations are held twice, captured by the kernel, and compared.
 */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "dumpcap", "tshark"})
@Timeout(120)
class ExpertViewIT {

    private static final int BULK = 2_000_000;
    private static final int QUESTIONS = 200;
    /** Of some 5,000 segments that Weft sends; seen are none, and up to 5 of Linux, on a machine with twenty times its load. */
    private static final int REPEATS = 10;
    /** Seen are 4 updates, and up to 12 full windows of Linux. */
    private static final int WINDOWS = 30;

    /**
     * What depends on who is faster, on any machine, and is excused up to so many times more than Linux does it: a reader behind
     * its writer closes the window, and a late answer has a tail-loss probe sent, which is answered by naming what came twice
     * (RFC 8985 §7.3, RFC 2883 §4). The line loses nothing, so a sender that repeats more than a few has no need to.
     */
    private static final Map<String, Integer> OF_TIME = Map.of("TCP Zero Window segment", WINDOWS, "TCP window update", WINDOWS,
            "TCP window specified by the receiver is now completely full", WINDOWS,
            "This frame is a (suspected) retransmission", REPEATS,
            "This frame is a (suspected) spurious retransmission", REPEATS, "D-SACK Sequence", REPEATS,
            "Duplicate ACK (#)", REPEATS);

    /** One end of a connection, whoever's it is. */
    private record End(InputStream in, OutputStream out, Action shutdownOutput, Action reset, Action end)
            implements AutoCloseable {

        @Override
        public void close() throws IOException {
            end.run();
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Two ends of one connection: who opened it first. */
    private interface Meeting {
        End[] meet() throws Exception;
    }

    @Test
    void whatWeftSendsLooksLikeWhatLinuxSends(@TempDir Path directory) throws Exception {
        Path ofLinux = directory.resolve("linux.pcapng");
        Path ofWeft = directory.resolve("weft.pcapng");
        talkBetweenKernels(ofLinux);
        talkWithWeft(ofWeft);
        Map<String, Long> known = remarks(ofLinux, "tcp");
        assertThat(known).as("what tshark remarks on Linux").isNotEmpty();
        Map<String, Long> found = remarks(ofWeft, "tcp and ip.src == " + LinuxPeer.WEFT);
        assertThat(found).as("what tshark remarks on Weft").isNotEmpty();
        found.forEach((remark, times) -> {
            if (OF_TIME.containsKey(remark)) {
                assertThat(times).as("%s: %s, of Linux %s", remark, found, known)
                        .isLessThanOrEqualTo(known.getOrDefault(remark, 0L) + OF_TIME.get(remark));
            } else {
                assertThat(known).as("what tshark remarks on Linux").containsKey(remark);
            }
        });
    }

    private static void talkWithWeft(Path file) throws Exception {
        try (var peer = LinuxPeer.open()) {
            Process dumpcap = capture(peer.namespace, LinuxPeer.DEVICE, file);
            try (TcpListener weft = peer.stack.tcp().listen(7, TcpOptions.defaults().readTimeout(LinuxPeer.PATIENCE));
                    ServerSocket kernel = peer.listen()) {
                talk(() -> {
                    Socket socket = peer.connect(7);
                    return new End[] {end(socket), end(weft.accept(LinuxPeer.PATIENCE))};
                });
                talk(() -> {
                    TcpSocket socket = peer.connectFromWeft(kernel.getLocalPort());
                    return new End[] {end(socket), end(LinuxPeer.accept(kernel))};
                });
            }
            stop(peer.namespace, LinuxPeer.WEFT, dumpcap, file);
        }
    }

    private static void talkBetweenKernels(Path file) throws Exception {
        try (var namespace = NetNamespace.create()) {
            namespace.ip("link set lo mtu 1500");
            namespace.ip("address add " + LinuxPeer.KERNEL + "/32 dev lo");
            Process dumpcap = capture(namespace, "lo", file);
            try (ServerSocket listener = namespace.call(() -> new ServerSocket(0, 8, InetAddress.ofLiteral(LinuxPeer.KERNEL)))) {
                Meeting meeting = () -> {
                    Socket socket = namespace.call(Socket::new);
                    namespace.run(() -> socket.connect(new InetSocketAddress(LinuxPeer.KERNEL, listener.getLocalPort()),
                            (int) LinuxPeer.PATIENCE.toMillis()));
                    return new End[] {end(socket), end(LinuxPeer.accept(listener))};
                };
                talk(meeting);
                talk(meeting);
            }
            stop(namespace, LinuxPeer.KERNEL, dumpcap, file);
        }
    }

    // ---------------------------------------------------------------- what is said

    private static void talk(Meeting meeting) throws Exception {
        for (boolean openerFirst : new boolean[] {true, false}) {
            bulk(turned(meeting, openerFirst));
            questions(turned(meeting, openerFirst));
            reset(turned(meeting, openerFirst));
        }
    }

    private static End[] turned(Meeting meeting, boolean openerFirst) throws Exception {
        End[] ends = meeting.meet();
        return openerFirst ? ends : new End[] {ends[1], ends[0]};
    }

    private static void bulk(End[] ends) throws Exception {
        try (End from = ends[0]; End to = ends[1]) {
            var sending = LinuxPeer.async((Callable<Void>) () -> {
                Pattern.write(from.out, BULK);
                from.shutdownOutput.run();
                return null;
            });
            assertThat(Hash.of(to.in)).isEqualTo(Hash.ofPattern(BULK));
            LinuxPeer.result(sending);
            to.out.write("received".getBytes(US_ASCII));        // half-closed: this way is still open
            to.shutdownOutput.run();
            assertThat(from.in.readAllBytes()).asString(US_ASCII).isEqualTo("received");
        }
    }

    private static void questions(End[] ends) throws Exception {
        try (End from = ends[0]; End to = ends[1]) {
            for (int i = 0; i < QUESTIONS; i++) {
                from.out.write(i);
                from.out.flush();
                to.out.write(to.in.read());
                to.out.flush();
                assertThat(from.in.read()).isEqualTo(i & 0xff);
            }
        }
    }

    private static void reset(End[] ends) throws Exception {
        try (End from = ends[0]; End to = ends[1]) {
            from.out.write('x');
            from.out.flush();
            assertThat(to.in.read()).isEqualTo('x');
            from.reset.run();
        }
    }

    private static End end(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return new End(socket.getInputStream(), socket.getOutputStream(), socket::shutdownOutput,
                () -> LinuxPeer.reset(socket), socket::close);
    }

    private static End end(TcpSocket socket) throws IOException {
        socket.noDelay(true);
        return new End(socket.input(), socket.output(), socket::shutdownOutput, socket::abort, socket::close);
    }

    // ---------------------------------------------------------------- what the experts say

    /** The remarks on packets that the filter takes, numbers taken out, and how often each is made. Of severities, chat tells what TCP is for. */
    private static Map<String, Long> remarks(Path file, String filter) throws Exception {
        Process tshark = new ProcessBuilder("tshark", "-n", "-Q", "-r", file.toString(), "-Y", filter + " and _ws.expert",
                "-T", "fields", "-e", "_ws.expert.message", "-E", "aggregator=|").redirectErrorStream(true).start();
        String text = new String(tshark.getInputStream().readAllBytes(), US_ASCII);
        assertThat(tshark.waitFor()).as(text).isZero();
        return text.lines().flatMap(line -> Stream.of(line.split("\\|"))).filter(each -> !each.isBlank())
                .map(each -> each.replaceAll("\\d+", ""))
                .collect(Collectors.groupingBy(each -> each, TreeMap::new, Collectors.counting()));
    }

    private static Process capture(NetNamespace namespace, String device, Path file) throws IOException {
        Process dumpcap = namespace.start("dumpcap", "-q", "-p", "-B", "64", "-i", device, "-w", file.toString());
        var output = new BufferedReader(new InputStreamReader(dumpcap.getInputStream(), US_ASCII));
        var all = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            all.append(line).append('\n');
            if (line.startsWith("File: ")) {
                return dumpcap;                      // it says so once it captures
            }
        }
        throw new AssertionError("dumpcap does not capture: " + all);
    }

    /** Ends the capture when it holds what was sent last. */
    private static void stop(NetNamespace namespace, String to, Process dumpcap, Path file) throws Exception {
        String last = "the last words of " + to;
        namespace.run(() -> {
            try (var socket = new DatagramSocket()) {
                byte[] bytes = last.getBytes(US_ASCII);
                socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(to, 4)));
            }
        });
        try {
            Eventually.isTrue("dumpcap has written the last frame", () -> CaptureIT.contains(file, last));
        } finally {
            dumpcap.destroy();
            assertThat(dumpcap.waitFor(LinuxPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }
}
