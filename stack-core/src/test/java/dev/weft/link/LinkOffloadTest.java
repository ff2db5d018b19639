package dev.weft.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.ChecksumMark;
import dev.weft.device.FakeDevice;
import dev.weft.device.FrameKit;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.device.TransportPackets;
import dev.weft.device.TransportPackets.Shape;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.EtherType;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A link sends what is marked for offload whatever its device can do: the device gets no more than it takes. */
class LinkOffloadTest {

    private static final int SIZE = 1000;

    private final FrameKit kit = new FrameKit();
    private final Counters counters = new Counters();
    private final List<byte[]> taken = new ArrayList<>();
    private final List<Integer> calls = new ArrayList<>();
    private int room = Integer.MAX_VALUE;
    private int minimumFrame;

    @AfterEach
    void close() {
        kit.close();
    }

    private DeviceLink link(Offloads offloads) {
        NetDevice device = new FakeDevice(NanoClock.system()) {
            @Override
            public LinkType linkType() {
                return LinkType.RAW_IP;
            }

            @Override
            public Offloads offloads() {
                return offloads;
            }

            @Override
            public int minimumFrame() {
                return minimumFrame;
            }

            @Override
            public int transmit(OutFrame[] frames, int from, int to) {
                int count = Math.min(room, to - from);
                room -= count;
                calls.add(count);
                for (int i = from; i < from + count; i++) {
                    byte[] bytes = new byte[frames[i].length()];
                    frames[i].copyTo(MemorySegment.ofArray(bytes), 0);
                    taken.add(bytes);
                }
                return count;
            }
        };
        return new PointToPointLink("tun0", device, NanoClock.system(), counters);
    }

    private static Shape shape(boolean tcp) {
        return Shape.of(LinkType.RAW_IP, false, tcp, TransportPackets.ACK | TransportPackets.PSH | TransportPackets.CWR);
    }

    private static byte[] payload(int length) {
        byte[] payload = new byte[length];
        new Random(length).nextBytes(payload);
        return payload;
    }

    private OutFrame frame(byte[] bytes, ChecksumMark mark, int size) {
        OutFrame frame = kit.frame(bytes);
        frame.mark(mark, size);
        return frame;
    }

    private int send(DeviceLink link, OutFrame... frames) {
        try {
            return link.transmit(frames, 0, frames.length, 0, EtherType.IPV4);
        } finally {
            for (OutFrame frame : frames) {
                kit.release(frame);
            }
            link.close();
        }
    }

    @Test
    void leavesEverythingToADeviceThatDoesEverything() {
        byte[] plain = shape(true).large(payload(10));
        byte[] large = shape(true).large(payload(5000));
        assertThat(send(link(Offloads.ALL), frame(plain, ChecksumMark.PARTIAL, 0), frame(large, ChecksumMark.PARTIAL, SIZE))).isEqualTo(2);
        assertThat(taken).containsExactly(plain, large);
        assertThat(calls).as("in one call").containsExactly(2);
    }

    @Test
    void finishesChecksumsAndCutsForADeviceThatDoesNothingAndKeepsOrder() {
        byte[] plain = shape(true).segments(payload(10), SIZE).getFirst();
        List<byte[]> expected = new ArrayList<>();
        expected.add(plain);
        expected.add(plain);
        expected.addAll(shape(true).segments(payload(5000), SIZE));
        expected.addAll(shape(false).segments(payload(2500), SIZE));
        expected.add(plain);
        assertThat(send(link(Offloads.NONE), frame(plain, ChecksumMark.COMPLETE, 0),
                frame(shape(true).large(payload(10)), ChecksumMark.PARTIAL, 0),
                frame(shape(true).large(payload(5000)), ChecksumMark.PARTIAL, SIZE),
                frame(shape(false).large(payload(2500)), ChecksumMark.PARTIAL, SIZE),
                frame(plain, ChecksumMark.VERIFIED, 0))).isEqualTo(5);
        assertThat(taken).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(taken.get(i)).as("frame %d", i).isEqualTo(expected.get(i));
        }
    }

    @Test
    void cutsWhatIsLargerThanTheDeviceTakesAndTheKindThatItDoesNot() {
        Offloads some = new Offloads(true, 4000, 0);
        assertThat(send(link(some), frame(shape(true).large(payload(4000)), ChecksumMark.PARTIAL, SIZE),
                frame(shape(true).large(payload(4001)), ChecksumMark.PARTIAL, SIZE),
                frame(shape(false).large(payload(2000)), ChecksumMark.PARTIAL, SIZE))).isEqualTo(3);
        assertThat(taken).hasSize(1 + 5 + 2);
        assertThat(taken.getFirst()).isEqualTo(shape(true).large(payload(4000)));
    }

    @Test
    void padsAShortLastPiece() {
        minimumFrame = 60;
        byte[] bytes = payload(SIZE + 1);
        send(link(Offloads.NONE), frame(shape(true).large(bytes), ChecksumMark.PARTIAL, SIZE));
        assertThat(taken.get(1)).isEqualTo(Arrays.copyOf(shape(true).segments(bytes, SIZE).get(1), 60));
    }

    @Test
    void saysOfALargeSegmentThatItWasTakenWhenAPartOfItWas() {
        byte[] plain = shape(true).segments(payload(1), SIZE).getFirst();
        room = 3;
        assertThat(send(link(Offloads.NONE), frame(plain, ChecksumMark.COMPLETE, 0),
                frame(shape(true).large(payload(50_000)), ChecksumMark.PARTIAL, SIZE),
                frame(plain, ChecksumMark.COMPLETE, 0))).as("and the frame behind it was not").isEqualTo(2);
        assertThat(counters.value("link.tun0.out.piece_dropped")).isEqualTo(48);
        assertThat(counters.value("link.tun0.out.device_full")).isEqualTo(1);
    }

    @Test
    void saysThatItWasNotTakenWhenNothingOfItWas() {
        room = 0;
        assertThat(send(link(Offloads.NONE), frame(shape(true).large(payload(5000)), ChecksumMark.PARTIAL, SIZE))).isZero();
        assertThat(counters.value("link.tun0.out.piece_dropped")).isZero();
        assertThat(counters.value("link.tun0.out.device_full")).isEqualTo(1);
    }

    @Test
    void dropsAndCountsWhatItCannotUnderstand() {
        byte[] ping = shape(true).large(payload(100));
        ping[9] = 1;
        assertThat(send(link(Offloads.NONE), frame(ping, ChecksumMark.PARTIAL, 0), frame(ping, ChecksumMark.PARTIAL, 50))).isEqualTo(2);
        assertThat(taken).isEmpty();
        assertThat(counters.value("link.tun0.out.unfit_for_offload")).isEqualTo(2);
    }

    @Test
    void putsTheEthernetHeaderBeforeEachPiece() {
        try (var fixture = new LinkFixture()) {
            byte[] bytes = payload(3000);
            OutFrame large = frame(shape(true).large(bytes), ChecksumMark.PARTIAL, SIZE);
            assertThat(fixture.link.transmit(large, LinkFixture.PEER.bits(), EtherType.IPV4)).isTrue();
            assertThat(large.length()).as("without its header again").isEqualTo(shape(true).large(bytes).length);
            kit.release(large);
            List<byte[]> received = fixture.kit.receiveAll(fixture.cable.right(), NanoClock.system());
            assertThat(received).hasSize(3).allSatisfy(frame ->
                    assertThat(MacAddress.ofBytes(Arrays.copyOf(frame, 6))).isEqualTo(LinkFixture.PEER));
            assertThat(Arrays.copyOfRange(received.get(2), EthernetHeader.LENGTH, received.get(2).length))
                    .isEqualTo(shape(true).segments(bytes, SIZE).get(2));
        }
    }
}
