package dev.weft.device.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BottleneckQueueTest {

    /** 8 bits in a microsecond: a byte is 1000 ns. */
    private static final Bottleneck BYTE_A_MICROSECOND = Bottleneck.of(8_000_000);

    @Test
    void sendsOneFrameAfterTheOther() {
        var queue = new BottleneckQueue(BYTE_A_MICROSECOND);
        assertThat(queue.admit(5_000, 100)).isEqualTo(105_000);
        assertThat(queue.admit(5_000, 50)).isEqualTo(155_000);
        assertThat(queue.admit(105_000, 10)).isEqualTo(165_000);
        assertThat(queue.admit(1_000_000, 10)).as("it has been idle").isEqualTo(1_010_000);
    }

    @Test
    void saysHowLongFramesWaited() {
        var queue = new BottleneckQueue(BYTE_A_MICROSECOND);
        queue.admit(0, 100);
        queue.admit(0, 60);
        queue.admit(40_000, 60);
        assertThat(queue.report()).isEqualTo(new QueueReport(3, 220, 220_000, 120_000, 2, 120));
        assertThat(queue.report().meanWait()).isEqualTo(Duration.ofNanos(73_333));
    }

    @Test
    void dropsTheNewestWhereTooManyFramesWait() {
        var queue = new BottleneckQueue(BYTE_A_MICROSECOND.queueFrames(2));
        queue.admit(0, 100);
        queue.admit(0, 100);
        queue.admit(0, 100);
        assertThat(queue.admit(99_999, 100)).isEqualTo(BottleneckQueue.FULL);
        assertThat(queue.admit(100_000, 100)).as("the second is being sent").isEqualTo(400_000);
        assertThat(queue.report().frames()).isEqualTo(4);
        assertThat(queue.report().mostFrames()).isEqualTo(2);
    }

    @Test
    void dropsWhatTheQueueHasNoBytesFor() {
        var queue = new BottleneckQueue(BYTE_A_MICROSECOND.queueBytes(150));
        assertThat(queue.admit(0, 1000)).as("an idle line takes any frame").isEqualTo(1_000_000);
        assertThat(queue.admit(0, 100)).isPositive();
        assertThat(queue.admit(0, 51)).isEqualTo(BottleneckQueue.FULL);
        assertThat(queue.admit(0, 50)).isPositive();
        assertThat(queue.report().mostBytes()).isEqualTo(150);
    }

    @Test
    void saysWhenMoreBytesWaitThanTheThreshold() {
        var queue = new BottleneckQueue(BYTE_A_MICROSECOND.markAbove(100));
        for (boolean marks : new boolean[] {false, false, false, true}) {
            queue.admit(0, 100);
            assertThat(queue.isCongested()).isEqualTo(marks);
        }
        queue.admit(1_000_000, 100);
        assertThat(queue.isCongested()).isFalse();
    }

    @Test
    void keepsItsRateWhereAFrameTakesNoWholeNanoseconds() {
        var queue = new BottleneckQueue(Bottleneck.of(7_000_000_000L).queueFrames(1_000_000));
        long end = 0;
        for (int i = 0; i < 700_000; i++) {
            end = queue.admit(0, 1);
        }
        assertThat(end).isEqualTo(800_000);
    }

    @Test
    void nobodyWaitsWithoutBottleneck() {
        var queue = new BottleneckQueue(Bottleneck.NONE.queueFrames(0).markAbove(0));
        assertThat(queue.admit(7, 1000)).isEqualTo(7);
        assertThat(queue.admit(7, 1000)).isEqualTo(7);
        assertThat(queue.isCongested()).isFalse();
        assertThat(queue.report()).isEqualTo(new QueueReport(2, 2000, 0, 0, 0, 0));
    }

    @Test
    void refusesWhatIsNoBottleneck() {
        assertThatIllegalArgumentException().isThrownBy(() -> Bottleneck.of(-1)).withMessageContaining("rate");
        assertThatIllegalArgumentException().isThrownBy(() -> Bottleneck.of(1_000_000_000_001L));
        assertThatIllegalArgumentException().isThrownBy(() -> BYTE_A_MICROSECOND.queueFrames(-1)).withMessageContaining("frames");
        assertThatIllegalArgumentException().isThrownBy(() -> BYTE_A_MICROSECOND.queueBytes(-1)).withMessageContaining("bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> BYTE_A_MICROSECOND.markAbove(-1)).withMessageContaining("marks");
    }
}
