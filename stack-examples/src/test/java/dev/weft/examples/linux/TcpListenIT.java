package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.Pattern;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSettings;
import dev.weft.tcp.TcpSocket;
import dev.weft.tcp.TcpSocketInfo;
import dev.weft.tcp.TcpSynCookies;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel as the client of a listener that is short of room: half-open connections, the backlog, SYN cookies. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ss", "python3"})
@Timeout(60)
class TcpListenIT {

    private static final int BULK = 3_000_000;
    private static final TcpSettings ALWAYS = TcpSettings.defaults().synCookies(TcpSynCookies.ALWAYS);

    /** Sends SYNs from unused addresses of the link, as many as it is told. */
    private static final String SYN_FLOOD = """
            import socket, struct, sys
            weft, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
            raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            def total(data):
                s = sum(struct.unpack('!%dH' % (len(data) // 2), data))
                while s >> 16:
                    s = (s & 0xffff) + (s >> 16)
                return ~s & 0xffff
            dst = socket.inet_aton(weft)
            for i in range(count):
                src = socket.inet_aton('10.9.0.%d' % (10 + i % 200))
                tcp = struct.pack('!HHIIBBHHH', 1024 + i, port, i * 77777, 0, 5 << 4, 2, 1000, 0, 0)
                c = total(src + dst + struct.pack('!BBH', 0, 6, len(tcp)) + tcp)
                tcp = tcp[:16] + struct.pack('!H', c) + tcp[18:]
                ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 40, i, 0, 64, 6, 0, src, dst)
                raw.sendto(ip + tcp, (weft, 0))
            """;

    private static LinuxPeer open(TcpSettings settings) {
        return LinuxPeer.open(tap -> tap, device -> device, config -> config.tcp(settings));
    }

    private static long inState(LinuxPeer peer, String state) {
        return peer.stack.connections().stream().filter(connection -> connection.state().equals(state)).count();
    }

    /** Each client of the kernel's thinks itself connected; Weft lets them in as others are accepted. */
    @Test
    void theKernelWaitsOutAFullAcceptQueue() throws Exception {
        try (var peer = LinuxPeer.open();
                TcpListener listener = peer.stack.tcp().listen(7, TcpOptions.defaults().backlog(2))) {
            List<Future<Socket>> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(LinuxPeer.async(() -> peer.connect(7)));
            }
            Eventually.isTrue("the queue is full", () -> inState(peer, "ESTABLISHED") == 2);
            for (int i = 0; i < 6; i++) {
                assertThat(inState(peer, "ESTABLISHED")).isLessThanOrEqualTo(2);
                try (TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
                    weft.write(new byte[] {1});
                }
            }
            for (Future<Socket> client : clients) {
                try (Socket kernel = LinuxPeer.result(client)) {
                    assertThat(kernel.getInputStream().readAllBytes()).containsExactly(1);
                }
            }
            peer.assertKernelFoundNoFault();
        }
    }

    @Test
    void theKernelConnectsByCookiesAndAgreesOnEverything() throws Exception {
        try (var peer = open(ALWAYS); TcpListener listener = peer.stack.tcp().listen(7)) {
            try (Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
                TcpSocketInfo info = weft.info();
                assertThat(info.timestamps() && info.selectiveAcks() && info.windowScaling()).as("%s", info).isTrue();
                assertThat(info.mss()).isEqualTo(1448);
                assertThat(peer.exec("ss", "-tineH", "dst", LinuxPeer.WEFT)).contains(" ts ", " sack ", "wscale:");
                var reply = LinuxPeer.async(() -> Hash.of(kernel.getInputStream()));
                Pattern.write(weft.output(), BULK);
                weft.shutdownOutput();
                assertThat(LinuxPeer.result(reply)).isEqualTo(Hash.ofPattern(BULK));
                kernel.getOutputStream().write("and back".getBytes(US_ASCII));
                kernel.shutdownOutput();
                assertThat(weft.input().readAllBytes()).isEqualTo("and back".getBytes(US_ASCII));
            }
            assertThat(peer.counter("tcp.cookie_accepted")).isEqualTo(1);
            assertThat(peer.counter("tcp.in.cookie_invalid")).isZero();
            peer.assertKernelFoundNoFault();
        }
    }

    @Test
    void theKernelConnectsByCookiesWithoutTimestamps() throws Exception {
        try (var peer = open(ALWAYS); TcpListener listener = peer.stack.tcp().listen(7)) {
            peer.sysctl("net/ipv4/tcp_timestamps", "0");
            try (Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
                TcpSocketInfo info = weft.info();
                assertThat(info.timestamps() || info.selectiveAcks() || info.windowScaling()).as("%s", info).isFalse();
                assertThat(info.mss()).isEqualTo(1460);
                kernel.getOutputStream().write(7);
                assertThat(weft.input().read()).isEqualTo(7);
            }
            peer.assertKernelFoundNoFault();
        }
    }

    /** A flood from addresses that answer nothing, and a client that does. */
    @Test
    void theKernelConnectsWhileTheHalfOpenTableIsFull() throws Exception {
        try (var peer = LinuxPeer.open();
                TcpListener listener = peer.stack.tcp().listen(7, TcpOptions.defaults().halfOpen(2))) {
            peer.exec("python3", "-c", SYN_FLOOD, LinuxPeer.WEFT, "7", "300");
            Eventually.isTrue("cookies are sent", () -> peer.counter("tcp.cookie_sent") > 0);
            assertThat(inState(peer, "SYN_RECEIVED")).isEqualTo(2);
            try (Socket kernel = peer.connect(7); TcpSocket weft = listener.accept(LinuxPeer.PATIENCE)) {
                kernel.getOutputStream().write(7);
                assertThat(weft.input().read()).isEqualTo(7);
            }
            assertThat(peer.counter("tcp.cookie_accepted")).isEqualTo(1);
        }
    }
}
