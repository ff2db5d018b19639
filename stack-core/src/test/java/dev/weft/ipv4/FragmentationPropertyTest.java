package dev.weft.ipv4;

import static dev.weft.ipv4.Packets.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.OutFrame;
import dev.weft.ip.IpPath;
import dev.weft.testing.FakeLink;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What output cuts, reassembly puts together, whatever the MTU and however the payload lies in the frame. */
class FragmentationPropertyTest {

    @Property(tries = 150)
    void whatIsCutComesTogetherAgain(@ForAll @IntRange(min = 68, max = 9000) int mtu,
            @ForAll @IntRange(max = 65_515) int longest, @ForAll long seed) throws Exception {
        var random = new Random(seed);
        int length = Math.min(longest, 400 * (mtu - 27));
        byte[] payload = Packets.pattern(length);
        try (var bench = new Ipv4Bench(mtu, Ipv4Options.defaults()); var kit = new FragmentKit();
             Arena arena = Arena.ofConfined()) {
            IpPath path = bench.ipv4.path(null, Ipv4Address.of(Ipv4Bench.PEER));
            OutFrame frame = bench.link.frames().tryAcquire();
            fill(frame, payload, random, arena);
            assertThat(path.send(frame, 253, 9, 0x10, false)).isTrue();
            assertThat(frame.length()).isEqualTo(length);
            bench.link.frames().release(frame);

            List<byte[]> packets = bench.link.sent.stream().map(FakeLink.Sent::bytes)
                    .collect(Collectors.toCollection(ArrayList::new));
            assertThat(packets).hasSize(length + 20 <= mtu ? 1 : (length + (mtu - 20 & ~7) - 1) / (mtu - 20 & ~7));
            for (byte[] packet : packets) {
                Ipv4Header header = header(packet);
                assertThat(packet.length).isEqualTo(header.totalLength()).isLessThanOrEqualTo(mtu);
                assertThat(header.identification()).isEqualTo(header(packets.getFirst()).identification());
                assertThat(header.ttl()).isEqualTo(9);
                assertThat(header.tos()).isEqualTo(0x10);
                assertThat(header.dontFragment()).isFalse();
            }
            if (packets.size() == 1) {
                assertThat(Packets.payloadOf(packets.getFirst())).isEqualTo(payload);
                return;
            }
            Collections.shuffle(packets, random);
            for (byte[] packet : packets.subList(1, packets.size())) {
                assertThat(kit.add(0, packet)).isEqualTo(FragmentOutcome.STORED);
            }
            assertThat(kit.add(0, packets.getFirst())).isEqualTo(FragmentOutcome.COMPLETED);
            assertThat(kit.takeCompleted()).isEqualTo(payload);
        }
    }

    /** Puts the payload into the frame, some of it in the head and the rest in a few pieces of any length. */
    private static void fill(OutFrame frame, byte[] payload, Random random, Arena arena) {
        int inHead = Math.min(payload.length, random.nextInt(frame.tailroom() + 1));
        int at = frame.append(inHead);
        MemorySegment.copy(payload, 0, frame.head(), ValueLayout.JAVA_BYTE, at, inHead);
        int done = inHead;
        while (done < payload.length) {
            boolean last = frame.pieceCount() == OutFrame.MAX_PIECES - 1;
            int n = last ? payload.length - done : 1 + random.nextInt(payload.length - done);
            MemorySegment piece = arena.allocate(n + 3);
            MemorySegment.copy(payload, done, piece, ValueLayout.JAVA_BYTE, 3, n);
            frame.addPiece(piece, 3, n);
            done += n;
        }
    }
}
