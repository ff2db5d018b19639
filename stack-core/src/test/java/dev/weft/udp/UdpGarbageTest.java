package dev.weft.udp;

import static dev.weft.udp.FakeIp.OWN;
import static dev.weft.udp.FakeIp.PEER;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.device.FrameBatch;
import dev.weft.device.LinkCast;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpProtocolHandler;
import dev.weft.wire.IpProtocol;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** D13: a datagram on its way to a socket's queue makes no garbage on the reader. */
class UdpGarbageTest {

    private static final int ROUNDS = 20_000;

    @Test
    void aReaderBringsADatagramToItsSocketWithoutGarbage() throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var fixture = new UdpFixture(); UdpSocket socket = fixture.udp.bind(7); Arena arena = Arena.ofConfined()) {
            IpProtocolHandler reader = fixture.ip.handler();
            IpPacket packet = packet(arena, new byte[1000]);
            int rounds = 0;
            long allocated = 0;
            while (rounds < 2 * ROUNDS) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 50; i++) {
                    reader.handle(packet);
                }
                // The first half is for the class loader and the compiler.
                allocated += rounds < ROUNDS ? 0 : threads.getCurrentThreadAllocatedBytes() - before;
                rounds += 50;
                while (socket.poll().isPresent()) {
                    // what an application receives is its own to pay for
                }
            }
            assertThat(socket.dropped()).isZero();
            assertThat(allocated / ROUNDS).as("bytes of garbage a datagram").isZero();
        }
    }

    private static IpPacket packet(Arena arena, byte[] payload) {
        byte[] segment = FakeIp.segment(PEER, 5000, OWN, 7, payload);
        MemorySegment memory = arena.allocate(segment.length);
        memory.copyFrom(MemorySegment.ofArray(segment));
        var packet = new IpPacket();
        packet.arrival(null, new FrameBatch(1), LinkCast.UNICAST);
        packet.addresses(PEER.hi(), PEER.lo(), OWN.hi(), OWN.lo());
        packet.fields(IpProtocol.UDP, 0, 64);
        packet.payload(memory, 0, segment.length, false, false);
        return packet;
    }
}
