package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.IpAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.TcpFlags;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A window that grows by itself stays below what the device's queue takes: a peer that is near sends all of it at once, and
 * what the queue drops would be sent again. The window scale (RFC 7323 §2.3) says how large a window may become.
 */
class DeviceQueueTest {

    private static final int PORT = 80;
    private static final IpAddress PEER = Ipv4Address.of("192.0.2.7");

    private final TcpBench bench = new TcpBench(TcpSettings.defaults());

    @AfterEach
    void close() {
        bench.close();
    }

    private int windowScale(int queueFrames, TcpOptions options) throws IOException {
        bench.link.queueFrames = queueFrames;
        try (TcpListener listener = bench.tcp.listen(PORT, options)) {
            bench.deliver(PEER, 1, PORT, syn -> {
                syn.flags = TcpFlags.SYN;
                syn.seq = 100;
                syn.mss = 1460;
                syn.windowScale = 7;
            });
            TcpSegment synAck = bench.next().segment();
            assertThat(listener.isClosed()).isFalse();
            return synAck.windowScale;
        }
    }

    @Test
    void growsToItsLimitWhereTheQueueHoldsThat() throws Exception {
        assertThat(windowScale(Integer.MAX_VALUE, TcpOptions.defaults())).as("6 MiB").isEqualTo(7);
        bench.sent.clear();
        assertThat(windowScale(10_000, TcpOptions.defaults())).as("6 MiB").isEqualTo(7);
    }

    @Test
    void staysWithinHalfOfAShorterQueue() throws Exception {
        assertThat(windowScale(1000, TcpOptions.defaults())).as("500 segments of 1460 bytes").isEqualTo(4);
        bench.sent.clear();
        assertThat(windowScale(1, TcpOptions.defaults())).as("16 segments, whatever a device says").isZero();
    }

    @Test
    void leavesASizeThatTheApplicationChoseAlone() throws Exception {
        assertThat(windowScale(10, TcpOptions.defaults().receiveBuffer(6 << 20))).isEqualTo(7);
    }
}
