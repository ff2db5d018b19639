package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weft.device.ChecksumMark;
import dev.weft.device.FrameKit;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.Offloads;
import dev.weft.device.OutFrame;
import dev.weft.device.TransportPackets;
import dev.weft.device.TransportPackets.Shape;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.SeededScheduler;
import dev.weft.runtime.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CableTest {

    private static final Duration DELAY = Duration.ofMillis(40);

    private final VirtualClock clock = new VirtualClock();
    private final MemoryLinkOptions options = MemoryLinkOptions.defaults().clock(clock);
    private final FrameKit kit = new FrameKit();
    private Cable cable = new Cable(options);

    @AfterEach
    void close() {
        kit.close();
        close(cable);
    }

    private void use(MemoryLinkOptions other) {
        close(cable);
        cable = new Cable(other);
    }

    private static void close(Cable cable) {
        cable.left().close();
        cable.right().close();
    }

    @Test
    void carriesFramesInOrderBothWaysAndNotBackToTheirSender() {
        for (int i = 0; i < 10; i++) {
            kit.send(cable.left(), new byte[] {(byte) i, 0});
            kit.send(cable.right(), new byte[1000 + i]);
        }
        List<byte[]> atRight = kit.receiveAll(cable.right(), clock);
        List<byte[]> atLeft = kit.receiveAll(cable.left(), clock);
        assertThat(atRight).extracting(bytes -> (int) bytes[0]).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(atLeft).extracting(bytes -> bytes.length)
                .containsExactly(1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009);
    }

    /** How long a frame may be is asked of the segments that it stands for. */
    @Test
    void carriesLargeSegmentsWholeWhereThatIsOfferedAndNoOthers() {
        var shape = Shape.of(LinkType.ETHERNET, false, true, TransportPackets.ACK);
        byte[] large = shape.large(new byte[20_000]);
        assertThat(send(large, 1460)).isTrue();
        assertThat(kit.receiveAll(cable.right(), clock)).as("not offered").isEmpty();
        use(options.offloads(new Offloads(true, 20_000, 0)));
        assertThat(cable.left().offloads().maxSegmentBytes()).isEqualTo(20_000);
        send(large, 1460);
        send(shape.large(new byte[20_001]), 1460);
        send(large, 1461);
        send(Shape.of(LinkType.ETHERNET, false, false, 0).large(new byte[2000]), 1460);
        send(large, 0);
        assertThat(kit.receiveAll(cable.right(), clock)).containsExactly(large);
        assertThat(cable.counters().value("cable.left.too_long")).isEqualTo(4);
    }

    private boolean send(byte[] bytes, int segmentSize) {
        OutFrame frame = kit.frame(bytes);
        try {
            frame.mark(ChecksumMark.PARTIAL, segmentSize);
            return cable.left().transmit(frame.alone(), 0, 1) == 1;
        } finally {
            kit.release(frame);
        }
    }

    @Test
    void takesNoMoreFramesThanItsLimitAndCountsTheOthers() {
        use(options.limits(3, 1 << 20));
        for (int i = 0; i < 5; i++) {
            assertThat(kit.send(cable.left(), new byte[100])).isEqualTo(i < 3);
        }
        assertThat(cable.counters().value("cable.left.full")).isEqualTo(2);
        assertThat(kit.receiveAll(cable.right(), clock)).hasSize(3);
        assertThat(kit.send(cable.left(), new byte[100])).isTrue();
    }

    @Test
    void takesNoMoreBytesThanItsLimit() {
        use(options.limits(1000, 3000));
        assertThat(kit.send(cable.left(), new byte[1500])).isTrue();
        assertThat(kit.send(cable.left(), new byte[1500])).isTrue();
        assertThat(kit.send(cable.left(), new byte[1])).isFalse();
    }

    @Test
    void dropsGiants() {
        assertThat(kit.send(cable.left(), new byte[1514])).isTrue();
        assertThat(kit.send(cable.left(), new byte[1515])).isTrue();
        assertThat(kit.receiveAll(cable.right(), clock)).hasSize(1);
        assertThat(cable.counters().value("cable.left.too_long")).isEqualTo(1);
    }

    @Test
    void givesAFrameNotBeforeItsDelay() {
        use(options.delay(DELAY));
        kit.send(cable.left(), new byte[100]);
        clock.advance(DELAY.minusNanos(1));
        assertThat(kit.receiveAll(cable.right(), clock)).isEmpty();
        clock.advance(Duration.ofNanos(1));
        assertThat(kit.receiveAll(cable.right(), clock)).hasSize(1);
    }

    @Test
    void wakesAReaderInVirtualTimeExactlyWhenAFrameIsDue() throws Exception {
        use(options.delay(DELAY));
        var arrivals = new ArrayList<Long>();
        try (var scheduler = new SeededScheduler(1, clock)) {
            scheduler.program("reader", () -> {
                NetDevice device = cable.right();
                while (arrivals.size() < 3) {
                    device.awaitFrames(NanoClock.FOREVER);
                    kit.receiveAll(device, clock).forEach(bytes -> arrivals.add(clock.nanoTime()));
                }
            });
            scheduler.program("sender", () -> {
                for (int i = 0; i < 3; i++) {
                    kit.send(cable.left(), new byte[100]);
                    clock.sleep(Duration.ofMillis(15));
                }
            });
            scheduler.run(Duration.ofMinutes(1));
        }
        assertThat(arrivals).containsExactly(40_000_000L, 55_000_000L, 70_000_000L);
    }

    @Test
    void doesNotLoseAWakeUpThatCameBeforeTheWait() throws Exception {
        cable.right().wakeUp();
        cable.right().awaitFrames(NanoClock.FOREVER);
        assertThat(clock.nanoTime()).isZero();
    }

    @Test
    void losesFramesWhileItIsUnpluggedAndSaysSoToBothEnds() throws Exception {
        var heard = new ArrayList<String>();
        cable.left().onLinkChange(up -> heard.add("left " + up));
        cable.right().onLinkChange(up -> heard.add("right " + up));
        kit.send(cable.left(), new byte[100]);
        cable.setUp(false);
        assertThat(heard).as("listeners run on the reader").isEmpty();
        assertThat(kit.send(cable.left(), new byte[100])).as("a wire takes and loses").isTrue();
        assertThat(kit.receiveAll(cable.right(), clock)).as("what travelled already").hasSize(1);
        kit.receiveAll(cable.left(), clock);
        assertThat(cable.left().isUp()).isFalse();
        cable.setUp(true);
        kit.receiveAll(cable.left(), clock);
        kit.receiveAll(cable.right(), clock);
        assertThat(heard).containsExactlyInAnyOrder("right false", "left false", "left true", "right true");
        assertThat(cable.counters().value("cable.left.down")).isEqualTo(1);
    }

    @Test
    void isDownOnceAnEndIsClosedAndLeavesNoMemory() {
        kit.send(cable.left(), new byte[100]);
        var leaks = LeakCheck.begin("weft");
        var other = new Cable(options.name("other"));
        other.right().close();
        assertThat(other.left().isUp()).isFalse();
        assertThat(kit.send(other.left(), new byte[100])).isTrue();
        assertThat(leaks.leaks()).isNotEmpty();
        other.left().close();
        other.left().close();
        leaks.assertNone();
    }

    @Test
    void refusesOptionsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> options.mtu(67)).withMessageContaining("68 to 65535");
        assertThatIllegalArgumentException().isThrownBy(() -> options.limits(1, 1513)).withMessageContaining("1514");
        assertThatIllegalArgumentException().isThrownBy(() -> options.delay(Duration.ofNanos(-1)));
        assertThat(options.mtu(68).mtu()).isEqualTo(68);
    }
}
