package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.AckSample;
import dev.weft.tcp.core.congestion.Bbr;
import dev.weft.tcp.core.congestion.LossBasedControl;
import dev.weft.tcp.core.congestion.Windows;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leaves, arrives and is lost reaches the pacer, the sampler and the congestion control. Segments of 1000 bytes. */
class SendRateTest {

    private static final int MSS = 1000;
    private static final long MS = 1_000_000L;
    private static final long RTT = 100 * MS;
    private static final int FIRST = -5_000;

    private final AckCount control = new AckCount();
    private final SendRate rate = new SendRate(control);

    /** Notes the samples it is given. */
    private static final class AckCount extends LossBasedControl {
        private final List<String> told = new ArrayList<>();
        private boolean slow;
        private boolean inRecovery;
        private boolean afterTimeout;
        private boolean windowLimited;

        @Override
        protected int reduced(int flight) {
            return flight / 2;
        }

        @Override
        protected void slowStart(AckSample ack) {
            pass(ack);
        }

        @Override
        protected void avoidCongestion(AckSample ack) {
            pass(ack);
        }

        @Override
        protected void pass(AckSample ack) {
            told.add(ack.acked + " acked, " + ack.newlyLost + " lost, " + ack.flightBefore + " to " + ack.flight);
            ack.deliberatelySlow = slow;
            inRecovery = ack.inRecovery;
            afterTimeout = ack.afterTimeout;
            windowLimited = ack.windowLimited;
        }

        @Override
        protected void forgetGrowth() {
            told.add("forgets");
        }
    }

    private void starts() {
        rate.start(0, MSS, false, RTT, FIRST);
    }

    private void sends(long now, int segments) {
        for (int i = 0; i < segments; i++) {
            rate.sent(now, FIRST + i * MSS, FIRST + (i + 1) * MSS, i * MSS, false);
        }
    }

    private void acknowledged(long now, int una, Recovery.Phase phase) {
        rate.acknowledged(now, una, 4 * MSS, 2 * MSS, RTT, phase);
    }

    @Test
    void tellsTheControlWhatAnAckDelivers() {
        starts();
        sends(0, 4);
        rate.delivered(RTT, FIRST, FIRST + 1000);
        rate.delivered(RTT, FIRST + 2000, FIRST + 3500);
        rate.lost(RTT, FIRST + 1000, FIRST + 1600);
        rate.lost(RTT, FIRST + 1600, FIRST + 2000);
        acknowledged(RTT, FIRST + 1000, Recovery.Phase.OPEN);
        assertThat(control.told).containsExactly("2500 acked, 1000 lost, 4000 to 2000");
        assertThat(control.inRecovery).isFalse();
        assertThat(control.afterTimeout).isFalse();
        assertThat(rate.deliveryRate()).isEqualTo(25_000);
        rate.delivered(2 * RTT, FIRST + 1000, FIRST + 2000);
        acknowledged(2 * RTT, FIRST + 3500, Recovery.Phase.FAST);
        assertThat(control.told).element(1).isEqualTo("1000 acked, 0 lost, 4000 to 2000");
        assertThat(control.inRecovery).isTrue();
        rate.delivered(2 * RTT, FIRST + 3500, FIRST + 4000);
        acknowledged(2 * RTT, FIRST + 4000, Recovery.Phase.TIMEOUT);
        assertThat(control.afterTimeout).isTrue();
        assertThat(rate.sampler.records()).as("those acknowledged are gone").isZero();
    }

    @Test
    void tellsTheControlNothingWhereNothingIsDelivered() {
        starts();
        sends(0, 4);
        acknowledged(RTT, FIRST, Recovery.Phase.OPEN);
        assertThat(control.told).isEmpty();
        assertThat(rate.deliveryRate()).isZero();
    }

    @Test
    void keepsTheLastRateWhereAnAckGivesNone() {
        starts();
        sends(0, 4);
        rate.delivered(RTT, FIRST, FIRST + 1000);
        acknowledged(RTT, FIRST + 1000, Recovery.Phase.OPEN);
        long before = rate.deliveryRate();
        acknowledged(RTT + 1, FIRST + 1000, Recovery.Phase.OPEN);
        assertThat(before).isEqualTo(10_000);
        assertThat(rate.deliveryRate()).isEqualTo(before);
    }

    @Test
    void pacesByTheWindowAndTheRoundTrip() {
        starts();
        assertThat(rate.pacer.rate()).as("twice the initial window a round trip").isEqualTo(200_000);
        int sent = 0;
        while (rate.mayLeave(0) && sent < 100) {
            rate.sent(0, FIRST + sent * MSS, FIRST + (sent + 1) * MSS, sent * MSS, false);
            sent++;
        }
        assertThat(sent).as("the initial window is not held back").isBetween(10, 15);
        rate.delivered(RTT, FIRST, FIRST + 1000);
        rate.acknowledged(RTT, FIRST + 1000, 9_000, 9_000, 2 * RTT, Recovery.Phase.OPEN);
        assertThat(rate.pacer.rate()).as("half of that at twice the round trip").isEqualTo(100_000);
    }

    @Test
    void hasNoDeadlineUnlessThePacerHoldsSomethingBack() {
        starts();
        int sent = 0;
        while (rate.mayLeave(0)) {
            rate.sent(0, FIRST + sent * MSS, FIRST + (sent + 1) * MSS, sent * MSS, false);
            sent++;
        }
        rate.stopped(0, sent * MSS, false, true, false, FIRST, FIRST + sent * MSS, 2 * RTT);
        assertThat(rate.pacer.deadline()).isPositive().isLessThan(Long.MAX_VALUE);
        rate.stopped(0, sent * MSS, false, false, false, FIRST, FIRST + sent * MSS, 2 * RTT);
        assertThat(rate.pacer.deadline()).isEqualTo(Long.MAX_VALUE);
    }

    /** draft-ietf-ccwg-bbr §4.1.2.4: nothing waits, and the window would take more. */
    @Test
    void marksWhatTheApplicationLimits() {
        starts();
        sends(0, 4);
        rate.stopped(0, 4 * MSS, false, false, false, FIRST, FIRST + 4 * MSS, 2 * RTT);
        assertThat(rate.sampler.isAppLimited()).as("something waits").isFalse();
        rate.stopped(0, 10 * MSS, false, false, true, FIRST, FIRST + 4 * MSS, 2 * RTT);
        assertThat(rate.sampler.isAppLimited()).as("the window is full").isFalse();
        rate.stopped(0, 4 * MSS, false, false, true, FIRST, FIRST + 4 * MSS, 2 * RTT);
        assertThat(rate.sampler.isAppLimited()).isTrue();
    }

    @Test
    void marksWhatTheControlLimitsByItself() {
        starts();
        sends(0, 4);
        control.slow = true;
        rate.delivered(RTT, FIRST, FIRST + 1000);
        acknowledged(RTT, FIRST + 1000, Recovery.Phase.OPEN);
        assertThat(rate.sampler.isAppLimited()).isTrue();
        var other = new SendRateTest();
        other.starts();
        other.sends(0, 4);
        other.rate.delivered(RTT, FIRST, FIRST + 1000);
        other.acknowledged(RTT, FIRST + 1000, Recovery.Phase.OPEN);
        assertThat(other.rate.sampler.isAppLimited()).isFalse();
    }

    /** RFC 7661 §4.3: whether the window is in use is asked for each ACK. */
    @Test
    void tellsWhetherTheWindowIsInUse() {
        starts();
        sends(0, 10);
        rate.stopped(0, 10 * MSS, true, false, false, FIRST, FIRST + 10 * MSS, 2 * RTT);
        rate.delivered(RTT, FIRST, FIRST + 1000);
        acknowledged(RTT, FIRST + 1000, Recovery.Phase.OPEN);
        assertThat(control.windowLimited).isTrue();
        var idle = new SendRateTest();
        idle.starts();
        idle.sends(0, 4);
        idle.rate.stopped(0, 4 * MSS, false, false, true, FIRST, FIRST + 4 * MSS, 2 * RTT);
        idle.rate.delivered(RTT, FIRST, FIRST + 1000);
        idle.acknowledged(RTT, FIRST + 1000, Recovery.Phase.OPEN);
        assertThat(idle.control.windowLimited).isFalse();
    }

    /** RFC 2861 §3.2: a window that is not filled for a time-out comes down. */
    @Test
    void lowersAWindowThatIsNotFilledForATimeout() {
        starts();
        Windows.set(control, 40 * MSS, 40 * MSS);
        sends(0, 4);
        rate.stopped(RTT, 4 * MSS, false, false, true, FIRST, FIRST + 4 * MSS, 2 * RTT);
        rate.stopped(2 * RTT - 1, 4 * MSS, false, false, true, FIRST, FIRST + 4 * MSS, 2 * RTT);
        assertThat(control.cwnd()).isEqualTo(40 * MSS);
        rate.stopped(2 * RTT, 4 * MSS, false, false, true, FIRST, FIRST + 4 * MSS, 2 * RTT);
        assertThat(control.cwnd()).as("half of the way to the initial window").isEqualTo(25 * MSS);
    }

    @Test
    void passesALargerSegmentOn() {
        starts();
        rate.mssChanged(20_000);
        assertThat(control.cwnd()).isEqualTo(20_000);
    }

    @Test
    void pacesAtTheRateThatTheControlNames() {
        var bbr = new SendRate(new Bbr(1));
        bbr.start(0, MSS, false, RTT, FIRST);
        assertThat(bbr.pacer.rate()).isEqualTo(bbr.control.pacingRate()).isEqualTo(277_000);
    }
}
