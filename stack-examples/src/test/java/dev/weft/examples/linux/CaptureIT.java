package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.device.DeviceFactory;
import dev.weft.device.capture.CaptureDevice;
import dev.weft.examples.Pattern;
import dev.weft.icmp.PingOptions;
import dev.weft.tap.Tap;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything that Weft and the kernel say to each other, read by a third that knows the protocols: tshark, with all
 * checksums checked, on what the kernel captured and on what Weft captured itself.
 */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ping", "dumpcap", "tshark"})
@Timeout(120)
class CaptureIT {

    private static final int BULK = 1_000_000;
    private static final List<String> FIELDS = List.of("ip.checksum.status", "icmp.checksum.status", "udp.checksum.status",
            "tcp.checksum.status", "_ws.expert.severity", "_ws.expert.message", "_ws.col.Info", "frame.number");
    private static final int CHECKSUMS = 4;
    private static final int SEVERITY = 4;
    private static final int MESSAGE = 5;
    private static final int INFO = 6;
    /** tshark's words for checksums. */
    private static final String BAD = "0";
    private static final String GOOD = "1";
    /** Of tshark's severities: chat, note, warning, error. */
    private static final int WARNING = 0x60_0000;
    /** Warnings that the talk below earns: refused and reset connections, and an echo that is read later than it fills windows. */
    private static final List<String> EARNED = List.of("Connection reset (RST)", "TCP Zero Window segment",
            "TCP window specified by the receiver is now completely full");

    /**
     * A warning that the other side earns: its tail-loss probe goes out where a busy machine answers late, and the answer
     * names what came twice (RFC 2883 §4). Without a segment that was sent again there is nothing to name.
     */
    private static final String CAME_TWICE = "D-SACK Sequence";
    private static final String SENT_AGAIN = "retransmission";

    /** What the last datagram says, to which an ICMP error is the answer. */
    private static final String LAST_WORDS = "these are the last words of the talk";

    @Test
    void tsharkFindsNoFaultInWhatGoesOverATap(@TempDir Path directory) throws Exception {
        captured(directory, tap -> tap.offload(false), true);
    }

    /** Of the two only Weft finishes the checksums in its file; what the kernel captures with offloads has none that are right. */
    @Test
    void tsharkFindsNoFaultInWhatWeftCapturesOfLargeSegments(@TempDir Path directory) throws Exception {
        captured(directory, tap -> tap.offload(true), false);
    }

    @Test
    void tsharkFindsNoFaultInWhatGoesOverATun(@TempDir Path directory) throws Exception {
        captured(directory, tap -> tap.tun().offload(false), true);
    }

    private static void captured(Path directory, UnaryOperator<Tap> settings, boolean both) throws Exception {
        Path ofWeft = directory.resolve("weft.pcapng");
        Path ofKernel = directory.resolve("kernel.pcapng");
        UnaryOperator<DeviceFactory> capture = device -> CaptureDevice.around(device, ofWeft);
        try (var peer = LinuxPeer.open(settings, capture)) {
            Process dumpcap = startDumpcap(peer, ofKernel);
            try {
                talk(peer);
                Eventually.isTrue("dumpcap has written the last frame", () -> contains(ofKernel, LAST_WORDS));
            } finally {
                dumpcap.destroy();
                assertThat(dumpcap.waitFor(LinuxPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
            peer.stack.close();
            for (Path file : both ? List.of(ofWeft, ofKernel) : List.of(ofWeft)) {
                assertNoFault(tshark(peer, file), file.getFileName().toString());
            }
        }
    }

    /** Reads what tshark says of each packet: a line each, with the columns of {@link #FIELDS}. */
    private static void assertNoFault(List<String[]> packets, String file) {
        for (int i = 0; i < CHECKSUMS; i++) {
            int column = i;
            String name = FIELDS.get(i) + " in " + file;
            assertThat(packets).as(name).noneMatch(packet -> List.of(packet[column].split(",")).contains(BAD));
            // The check looked at something.
            assertThat(packets).as(name).anyMatch(packet -> List.of(packet[column].split(",")).contains(GOOD));
        }
        boolean sentAgain = packets.stream().anyMatch(packet -> packet[MESSAGE].contains(SENT_AGAIN));
        List<String> earned = new ArrayList<>(EARNED);
        if (sentAgain) {
            earned.add(CAME_TWICE);
        }
        List<String> suspicious = packets.stream()
                .filter(packet -> severity(packet) >= WARNING && earned.stream().noneMatch(packet[MESSAGE]::contains))
                .map(packet -> String.join(" | ", packet)).toList();
        assertThat(suspicious).as("packets of %s that tshark warns of", file).isEmpty();
        assertThat(packets).as("fragments in %s", file).anyMatch(packet -> packet[INFO].contains("Fragmented IP protocol"));
    }

    /** The worst that tshark says of a packet; a malformed one is an error. */
    private static int severity(String[] packet) {
        return Stream.of(packet[SEVERITY].split(",")).filter(each -> !each.isEmpty()).mapToInt(Integer::parseInt).max().orElse(0);
    }

    static boolean contains(Path file, String text) {
        try {
            return Files.readString(file, ISO_8859_1).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process startDumpcap(LinuxPeer peer, Path file) throws IOException {
        // A large buffer, that nothing is missing in the file; and promiscuous mode changes nothing on this device.
        Process dumpcap = peer.namespace.start("dumpcap", "-q", "-p", "-B", "64", "-i", LinuxPeer.DEVICE, "-w", file.toString());
        var output = new BufferedReader(new InputStreamReader(dumpcap.getInputStream(), US_ASCII));
        String line;
        var all = new StringBuilder();
        while ((line = output.readLine()) != null) {
            all.append(line).append('\n');
            if (line.startsWith("File: ")) {
                return dumpcap; // it says so once it captures
            }
        }
        throw new AssertionError("dumpcap does not capture: " + all);
    }

    /** A little of everything. */
    private static void talk(LinuxPeer peer) throws Exception {
        for (int length : new int[] {1, 1472, 1473, 20_000}) {
            assertThat(peer.exec("ping", "-c", "1", "-W", "20", "-s", "" + length, LinuxPeer.WEFT)).contains(" 1 received");
            assertThat(peer.stack.icmp().ping(LinuxPeer.KERNEL, PingOptions.defaults().length(length))).isPositive();
        }
        peer.serve(7, socket -> socket.input().transferTo(socket.output()));
        try (Socket socket = peer.connect(7)) {
            var sending = LinuxPeer.async(() -> {
                Pattern.write(socket.getOutputStream(), BULK);
                socket.shutdownOutput();
                return null;
            });
            assertThat(Hash.of(socket.getInputStream())).isEqualTo(Hash.ofPattern(BULK));
            LinuxPeer.result(sending);
        }
        try (ServerSocket listener = peer.listen(); var weft = peer.connectFromWeft(listener.getLocalPort());
                Socket kernel = LinuxPeer.accept(listener)) {
            Pattern.write(weft.output(), 100);
            weft.shutdownOutput();
            assertThat(Hash.of(kernel.getInputStream())).isEqualTo(Hash.ofPattern(100));
            LinuxPeer.reset(kernel);
            assertThatThrownBy(() -> weft.input().readAllBytes()).isInstanceOf(SocketException.class);
        }
        assertThatThrownBy(() -> peer.connect(4)).isInstanceOf(ConnectException.class);
        assertThatThrownBy(() -> peer.connectFromWeft(4)).isInstanceOf(ConnectException.class);

        peer.serveDatagrams(7);
        try (var kernel = peer.datagrams()) {
            for (int length : new int[] {0, 1, 1472, 1473, 60_000}) {
                kernel.send(new DatagramPacket(new byte[length], length, new InetSocketAddress(LinuxPeer.WEFT, 7)));
                kernel.receive(new DatagramPacket(new byte[length], length));
            }
            byte[] last = LAST_WORDS.getBytes(US_ASCII);
            kernel.send(new DatagramPacket(last, last.length, new InetSocketAddress(LinuxPeer.WEFT, 4)));
        }
    }

    private static List<String[]> tshark(LinuxPeer peer, Path file) {
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-Q", "-r", file.toString(),
                "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
                "-T", "fields"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        return peer.exec(command.toArray(String[]::new)).lines().filter(line -> line.contains("\t"))
                .map(line -> line.split("\t", -1)).toList();
    }
}
