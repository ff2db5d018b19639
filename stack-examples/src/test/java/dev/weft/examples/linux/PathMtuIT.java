package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.examples.Pattern;
import dev.weft.tap.Tap;
import dev.weft.tap.testing.NetNamespace;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSocket;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A kernel between Weft and its peer, as a router with a link of less than 1500 bytes behind it:
 * <pre>
 *   Weft 10.9.0.2 ── TAP, 1500 ── 10.9.0.1 router 10.8.0.1 ── less ── 10.8.0.2 peer, which takes 1500
 * </pre>
 */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram("ip")
@Timeout(60)
class PathMtuIT {

    private static final String FAR = "10.8.0.2";
    private static final int BULK = 3_000_000;

    private final NetNamespace router = NetNamespace.create();
    private final NetNamespace peer = NetNamespace.create();
    private NetworkStack stack;

    private void open(int mtu) throws Exception {
        String thread = peer.call(() -> Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
        router.ip("link add r0 type veth peer name p0 netns " + thread);
        router.ip("addr add 10.8.0.1/24 dev r0");
        router.ip("link set r0 mtu " + mtu + " up");
        peer.ip("addr add " + FAR + "/24 dev p0");
        peer.ip("link set p0 mtu 1500 up");
        peer.ip("route add default via 10.8.0.1");
        router.run(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"));
        Tap tap = Tap.named(LinuxPeer.DEVICE).host(LinuxPeer.KERNEL + "/24");
        var config = StackConfig.create().link("eth0", tap,
                link -> link.address(LinuxPeer.WEFT + "/24").gateway(LinuxPeer.KERNEL));
        stack = router.call(() -> NetworkStack.open(config));
    }

    /** The router sends nothing of its own to Weft any more, and forwards as before. */
    private void silenceRouter() {
        router.ip("rule add iif lo to " + LinuxPeer.WEFT + " blackhole");
    }

    @AfterEach
    void close() {
        try {
            if (stack != null) {
                stack.close();
            }
        } finally {
            router.close();
            peer.close();
        }
    }

    /** Sends in bulk to the peer; what the connection then looks like. */
    private int pathMtuAfterBulk() throws Exception {
        try (ServerSocket listener = peer.call(() -> new ServerSocket(0));
                TcpSocket weft = stack.tcp().connect(new InetSocketAddress(FAR, listener.getLocalPort()), null,
                        TcpOptions.defaults().connectTimeout(LinuxPeer.PATIENCE));
                Socket kernel = LinuxPeer.accept(listener)) {
            assertThat(weft.info().mss()).as("what the peer takes").isEqualTo(1448);
            Future<Void> sending = LinuxPeer.async(() -> {
                Pattern.write(weft.output(), BULK);
                return null;
            });
            assertThat(Hash.of(kernel.getInputStream(), BULK)).isEqualTo(Hash.ofPattern(BULK));
            LinuxPeer.result(sending);
            assertThat(weft.info().mss()).isEqualTo(weft.info().pathMtu() - 52);
            return weft.info().pathMtu();
        }
    }

    private long count(String counter) {
        return stack.counters().value(counter);
    }

    @ParameterizedTest(name = "{0} behind the router: packets of {1}")
    @CsvSource({"1280, 1280", "1492, 1492", "576, 576", "300, 552"})
    @DisplayName("RFC 1191 §4: a bulk transfer through the kernel as a router survives a link of less")
    void believesTheKernelAsRouter(int mtu, int expected) throws Exception {
        open(mtu);
        assertThat(pathMtuAfterBulk()).isEqualTo(expected);
        assertThat(count("tcp.black_hole")).isZero();
        assertThat(count(mtu < 552 ? "path_mtu.below_floor" : "path_mtu.lowered")).isEqualTo(1);
    }

    @Test
    @DisplayName("RFC 4821 §7: a bulk transfer survives a router that drops without a word")
    void findsTheWayOutOfABlackHole() throws Exception {
        open(1280);
        silenceRouter();
        assertThat(pathMtuAfterBulk()).isBetween(1025, 1280);
        assertThat(count("tcp.black_hole")).isEqualTo(1);
        assertThat(count("path_mtu.lowered")).as("what the router says").isZero();
        assertThat(count("tcp.mtu_probe_arrived")).isPositive();
    }
}
