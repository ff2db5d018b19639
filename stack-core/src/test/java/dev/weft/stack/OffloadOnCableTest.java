package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.Offloads;
import dev.weft.device.memory.Cable;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.tcp.TcpSocket;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** D5 between two stacks: a stream arrives whole whatever the MTU is and whatever the devices take off TCP. */
@Timeout(60)
class OffloadOnCableTest {

    private static final byte[] SENT = new byte[2 << 20];

    static {
        new Random(5).nextBytes(SENT);
    }

    enum Kind {
        NONE(Offloads.NONE),
        CHECKSUM(new Offloads(true, 0, 0)),
        ALL(Offloads.ALL);

        final Offloads offloads;

        Kind(Offloads offloads) {
            this.offloads = offloads;
        }
    }

    @ParameterizedTest
    @CsvSource({"NONE, 576", "NONE, 1500", "NONE, 9000", "CHECKSUM, 576", "CHECKSUM, 1500", "CHECKSUM, 9000", "ALL, 576", "ALL, 1500",
            "ALL, 9000"})
    void carriesStreamsBothWays(Kind kind, int mtu) throws Exception {
        var cable = new Cable(MemoryLinkOptions.defaults().mtu(mtu).offloads(kind.offloads));
        try (var stacks = new TwoStacks(cable, UnaryOperator.identity());
             var server = new Server(stacks.right.tcp().listen(7), Server.ECHO);
             TcpSocket socket = stacks.left.tcp().connect(TwoStacks.RIGHT, server.port())) {
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    socket.write(SENT);
                    socket.shutdownOutput();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(socket.input().readAllBytes()).isEqualTo(SENT);
            writer.join();
            var left = stacks.left.counters();
            if (kind == Kind.ALL) {
                assertThat(left.value("tcp.large_segment_out")).isPositive();
                assertThat(left.value("tcp.large_segment_in")).isPositive();
            } else {
                assertThat(left.value("tcp.large_segment_out") + left.value("tcp.large_segment_in")).isZero();
            }
            assertThat(left.value("tcp.in.bad_checksum")).isZero();
        }
    }
}
