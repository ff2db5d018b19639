package dev.weft.examples.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 7413 with the kernel's fast open, as the client and as the server. The JDK has no access to it, Python has. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "python3"})
@Timeout(60)
class FastOpenIT {

    private static final TcpOptions FAST = TcpOptions.defaults().fastOpen(100).connectTimeout(LinuxPeer.PATIENCE)
            .readTimeout(LinuxPeer.PATIENCE);
    private static final int ATTEMPTS = 4;

    /** Connects again and again, with its question on the SYN where it may; prints the answers. */
    private static final String CLIENT = """
            import socket, sys
            for i in range(int(sys.argv[3])):
                s = socket.socket()
                s.sendto(b'question %d' % i, socket.MSG_FASTOPEN, (sys.argv[1], int(sys.argv[2])))
                s.settimeout(20)
                s.shutdown(socket.SHUT_WR)
                answer = b''
                while True:
                    part = s.recv(1000)
                    if not part:
                        break
                    answer += part
                print(answer.decode())
            """;

    /** Prints its port, and sends back what it gets, one connection after the other. */
    private static final String SERVER = """
            import socket, sys
            s = socket.socket()
            s.bind((sys.argv[1], 0))
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 16)
            s.listen(16)
            print(s.getsockname()[1], flush=True)
            while True:
                c, _ = s.accept()
                while True:
                    part = c.recv(1000)
                    if not part:
                        break
                    c.sendall(part)
                c.close()
            """;

    private final LinuxPeer peer = LinuxPeer.open();

    @BeforeEach
    void turnOn() {
        peer.sysctl("net/ipv4/tcp_fastopen", "3");
    }

    @AfterEach
    void leave() {
        try (peer) {
            peer.assertKernelFoundNoFault();
        }
    }

    private void serve(TcpListener listener) {
        Thread.ofVirtual().start(() -> {
            try {
                listener.serve(socket -> socket.input().transferTo(socket.output()));
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private String connectFromKernel() {
        return peer.exec("python3", "-c", CLIENT, LinuxPeer.WEFT, "7", Integer.toString(ATTEMPTS));
    }

    @Test
    void theKernelSendsItsQuestionsOnTheSyn() throws Exception {
        try (TcpListener listener = peer.stack.tcp().listen(7, FAST)) {
            serve(listener);
            assertThat(connectFromKernel().lines()).containsExactly("question 0", "question 1", "question 2", "question 3");
            assertThat(peer.counter("tcp.fast_open_taken")).as("all but the one that asked").isEqualTo(ATTEMPTS - 1);
            assertThat(peer.kernelCounters().get("TcpExtTCPFastOpenActive")).isEqualTo(ATTEMPTS - 1);
            assertThat(peer.kernelCounters().get("TcpExtTCPFastOpenActiveFail")).isZero();
        }
    }

    @Test
    void theKernelFallsBackWhereWeftHasItTurnedOff() throws Exception {
        try (TcpListener listener = peer.stack.tcp().listen(7)) {
            serve(listener);
            assertThat(connectFromKernel().lines()).containsExactly("question 0", "question 1", "question 2", "question 3");
            assertThat(peer.counter("tcp.fast_open_taken")).isZero();
        }
    }

    @Test
    void weftSendsItsQuestionsOnTheSyn() throws Exception {
        Process server = peer.namespace.start("python3", "-c", SERVER, LinuxPeer.KERNEL);
        try {
            var output = new BufferedReader(new InputStreamReader(server.getInputStream(), US_ASCII));
            int port = Integer.parseInt(output.readLine());
            askFromWeft(port);
            assertThat(peer.counter("tcp.fast_open_acknowledged")).as("all but the one that asked").isEqualTo(ATTEMPTS - 1);
            assertThat(peer.kernelCounters().get("TcpExtTCPFastOpenPassive")).isEqualTo(ATTEMPTS - 1);
            assertThat(peer.kernelCounters().get("TcpExtTCPFastOpenPassiveFail")).isZero();
            // Other keys: the cookie is refused, the data sent again, and the next SYN shows the new one.
            peer.sysctl("net/ipv4/tcp_fastopen_key", "01234567-89abcdef-01234567-89abcdef");
            askFromWeft(port);
            assertThat(peer.counter("tcp.fast_open_ignored")).isEqualTo(1);
            assertThat(peer.counter("tcp.fast_open_acknowledged")).isEqualTo(2 * (ATTEMPTS - 1));
        } finally {
            server.destroy();
            assertThat(server.waitFor(LinuxPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void weftFallsBackWhereTheKernelHasItTurnedOff() throws Exception {
        peer.sysctl("net/ipv4/tcp_fastopen", "0");
        Process server = peer.namespace.start("python3", "-c", SERVER, LinuxPeer.KERNEL);
        try {
            var output = new BufferedReader(new InputStreamReader(server.getInputStream(), US_ASCII));
            askFromWeft(Integer.parseInt(output.readLine()));
            assertThat(peer.counter("tcp.fast_open_acknowledged")).isZero();
        } finally {
            server.destroy();
            assertThat(server.waitFor(LinuxPeer.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    private void askFromWeft(int port) throws Exception {
        for (int i = 0; i < ATTEMPTS; i++) {
            byte[] question = ("question " + i).getBytes(US_ASCII);
            try (TcpSocket socket = peer.stack.tcp().connect(new InetSocketAddress(LinuxPeer.KERNEL, port), null, FAST, question)) {
                socket.shutdownOutput();
                assertThat(socket.input().readAllBytes()).isEqualTo(question);
            }
        }
    }
}
