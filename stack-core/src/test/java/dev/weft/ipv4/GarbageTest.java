package dev.weft.ipv4;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.OutFrame;
import dev.weft.icmp.Icmp;
import dev.weft.icmp.IcmpOptions;
import dev.weft.ip.IpPath;
import dev.weft.runtime.Randomness;
import dev.weft.testing.Eventually;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IcmpType;
import dev.weft.wire.Ipv4Address;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** D13: a packet that comes, is answered, or leaves makes no garbage. */
class GarbageTest {

    private static final int ROUNDS = 20_000;
    /** What the JVM itself may allocate on this thread meanwhile (compilation, profiling), far below one object a packet. */
    private static final long ALLOWANCE = 2L * ROUNDS;

    @Test
    void aPacketMakesNoGarbage() throws Exception {
        try (var bench = new Ipv4Bench(); Arena arena = Arena.ofShared()) {
            Icmp.create(bench.ipv4, bench.clock, Randomness.seeded(1), bench.counters, IcmpOptions.defaults());
            bench.link.takesFrames = false;   // the test's link makes garbage when it keeps a packet
            bench.protocols.handle(253, packet -> packet.payloadLength() == 4);
            byte[] echo = new byte[64];
            IcmpMessage.write(MemorySegment.ofArray(echo), 0, IcmpType.ECHO_REQUEST, 0, 7, echo.length);
            MemorySegment plain = memory(arena, Packets.packet(Ipv4Bench.PEER, Ipv4Bench.US).bytes());
            MemorySegment request = memory(arena,
                    Packets.packet(Ipv4Bench.PEER, Ipv4Bench.US).protocol(1).payload(echo).bytes());
            IpPath path = bench.ipv4.path(null, Ipv4Address.of(Ipv4Bench.PEER));
            OutFrame frame = bench.link.frames().tryAcquire();
            frame.append(100);
            var batch = new FrameBatch(2);
            Runnable packets = () -> {
                for (int i = 0; i < ROUNDS; i++) {
                    batch.begin(i);
                    Frame first = batch.add(plain, 0, (int) plain.byteSize());
                    Frame second = batch.add(request, 0, (int) request.byteSize());
                    bench.ipv4.input(bench.link, first);
                    bench.ipv4.input(bench.link, second);
                    path.send(frame, 253, 0, 0, (i & 1) == 0);
                }
            };
            var runs = new AtomicInteger();
            // At first views are made; and what only looks like garbage is gone when the compiler has come round to it.
            Eventually.isTrue("20,000 times two packets in and two out make no garbage", () -> {
                runs.incrementAndGet();
                long before = allocated();
                packets.run();
                return allocated() - before < ALLOWANCE;
            });
            assertThat(bench.count("ipv4.in.delivered")).isEqualTo(2L * ROUNDS * runs.get());
            assertThat(bench.count("icmp.in.echo_reply_dropped")).isEqualTo((long) ROUNDS * runs.get());
        }
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static MemorySegment memory(Arena arena, byte[] bytes) {
        MemorySegment memory = arena.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return memory;
    }
}
