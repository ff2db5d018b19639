package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.talking;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.recovery.Recovery;
import dev.weft.tcp.core.segment.TcpSegment;
import org.junit.jupiter.api.Test;

/** RFC 6298, RFC 5681 §3.2, RFC 6582, RFC 3042, RFC 9293 §3.8.3. The peer's MSS is 1000. */
class RetransmissionTest {

    /** The RTO of a fresh connection whose handshake took no time: SRTT of 1 ns and the least variation. */
    private static final int RTO = 201;

    /** RFC 6298 §5.1, §5.4 to §5.6. */
    @Test
    void sendsAgainAfterTheTimeoutAndBacksOff() {
        var c = established();
        c.stack.writes("lost");
        c.stack.answers(data("lost"));
        c.stack.waits(199);
        c.stack.isSilent();
        c.stack.waits(2);
        c.stack.answers(data("lost").seq(1001));
        c.stack.waits(398);
        c.stack.isSilent();
        c.stack.waits(3);
        c.stack.answers(data("lost"));
        c.stack.waits(797);
        c.stack.isSilent();
        c.stack.waits(5);
        c.stack.answers(data("lost"));
    }

    /** RFC 6298 §5.2. */
    @Test
    void isSilentOnceEverythingIsAcknowledged() {
        var c = established();
        c.stack.writes("arrives");
        c.stack.answers(data("arrives"));
        c.peer.sends(ack());
        c.stack.waits(10_000);
        c.stack.isSilent();
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
    }

    /** RFC 9293 §3.8.3, R2 (MUST-20 b). */
    @Test
    void givesUpAfterFifteenRetransmissionsAndMoreThanFifteenMinutes() {
        var c = established();
        c.stack.writes("lost");
        c.stack.answers(data("lost"));
        c.stack.waits(924_000);
        c.stack.is(TcpState.ESTABLISHED);
        assertThat(c.stack.says()).isEqualTo(15);
        c.stack.waits(1_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
        assertThat(c.tally.of(TcpEvent.GIVEN_UP)).isEqualTo(1);
    }

    /** RFC 1122 §4.2.3.9: soft errors; RFC 5461. */
    @Test
    void namesTheRoutersComplaintWhenItGivesUp() {
        var c = established();
        c.stack.writes("lost");
        c.stack.answers(data("lost"));
        c.stack.connection().error(c.stack.now(), TcpError.NETWORK_UNREACHABLE, 1001);
        c.stack.waits(925_000);
        c.stack.hasFailed(TcpFailure.NETWORK_UNREACHABLE);
    }

    /** RFC 9293 §3.8.3, R1 (MUST-20 a); RFC 4861 §7.3.1: progress confirms the neighbour. */
    @Test
    void suspectsThePathAtTheThirdTimeoutAndConfirmsItByProgress() {
        var c = established();
        c.stack.writes("lost");
        c.stack.waits(RTO + 2 * RTO);
        assertThat(c.stack.connection().takeEvents() & TcpConnection.PATH_SUSPECT).isZero();
        c.stack.waits(4 * RTO);
        assertThat(c.stack.connection().takeEvents() & TcpConnection.PATH_SUSPECT).isNotZero();
        c.peer.sends(ack());
        assertThat(c.stack.connection().takeEvents() & TcpConnection.PATH_CONFIRMED).isNotZero();
    }

    /** RFC 6298 §3, Karn; §5.7 leaves the back-off in place until a sample. */
    @Test
    void takesNoSampleOfASegmentSentTwiceAndKeepsTheBackOff() {
        var c = established();
        c.stack.writes("lost");
        c.stack.waits(RTO);
        c.stack.says();
        long backedOff = c.stack.connection().info().rtoNanos();
        c.peer.sends(ack());
        assertThat(c.stack.connection().info().rtoNanos()).as("Karn: no sample").isEqualTo(backedOff);
        c.stack.writes("new");
        c.stack.says();
        c.stack.waits(10);
        c.peer.sends(ack());
        assertThat(c.stack.connection().info().rtoNanos()).as("a sample ends it").isLessThan(backedOff);
    }

    /** RFC 5681 §3.2; RFC 6582 §3.2, step 2. */
    @Test
    void retransmitsOnTheThirdDuplicateAckAndNotBefore() {
        var c = established();
        c.stack.writes(6_000);
        assertThat(c.stack.says()).isEqualTo(6);
        c.peer.sends(ack().ack(1001));
        c.peer.sends(ack().ack(1001));
        c.stack.isSilent();
        c.peer.sends(ack().ack(1001));
        c.stack.answers(data(1000).seq(1001));
        assertThat(c.tally.of(TcpEvent.FAST_RETRANSMIT)).isEqualTo(1);
        assertThat(c.stack.connection().info().ssthresh()).isEqualTo(3_000);
    }

    /** RFC 5681 §2, DUPLICATE ACKNOWLEDGMENT. */
    @Test
    void doesNotCountAsDuplicateWhatIsNot() {
        var c = established();
        c.stack.writes(6_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).window(50_000));    // a window update
        c.peer.sends(data("text").ack(1001).window(50_000));
        c.peer.sends(ack().ack(1001).window(40_000));
        c.peer.sends(ack().ack(1001).window(30_000));
        c.stack.says();
        assertThat(c.tally.of(TcpEvent.DUPLICATE_ACK_IN)).isZero();
        assertThat(c.tally.of(TcpEvent.FAST_RETRANSMIT)).isZero();
    }

    /** RFC 3042; RFC 5681 §3.1, FlightSize without limited transmit. */
    @Test
    void sendsNewDataOnTheFirstTwoDuplicateAcks() {
        var c = established();
        c.stack.writes(20_000);
        assertThat(c.stack.says()).as("the initial window").isEqualTo(10);
        c.peer.sends(ack().ack(1001));
        c.stack.answers(data(1000).seq(11_001));
        c.peer.sends(ack().ack(1001));
        c.stack.answers(data(1000).seq(12_001));
        c.peer.sends(ack().ack(1001));
        c.stack.answers(data(1000).seq(1001));
        assertThat(c.stack.connection().info().ssthresh()).as("limited transmit is not counted").isEqualTo(5_000);
    }

    /** RFC 6582 §3.2, steps 3 to 5 of a recovery. */
    @Test
    void sendsNextLostSegmentOnPartialAckAndEndsOnFullAck() {
        var c = established();
        c.stack.writes(10_000);
        assertThat(c.stack.says()).isEqualTo(10);
        for (int i = 0; i < 3; i++) {
            c.peer.sends(ack().ack(1001));
        }
        c.stack.answers(data(1000).seq(1001));
        c.peer.sends(ack().ack(4001));
        c.stack.answers(data(1000).seq(4001));
        assertThat(c.stack.connection().sender().recovery.phase()).isEqualTo(Recovery.Phase.FAST);
        c.peer.sends(ack().ack(11_001));
        c.stack.isSilent();
        assertThat(c.stack.connection().sender().recovery.phase()).isEqualTo(Recovery.Phase.OPEN);
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(2_000);
    }

    /** RFC 5681 §3.1: slow start from one segment; RFC 6582 §4. */
    @Test
    void sendsEverythingInFlightAgainAfterATimeoutAsTheWindowOpens() {
        var c = established();
        c.stack.writes(4_000);
        assertThat(c.stack.says()).isEqualTo(4);
        c.stack.waits(RTO);
        c.stack.answers(data(1000).seq(1001));
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(1_000);
        c.peer.sends(ack().ack(2001));
        c.stack.answers(data(1000).seq(2001), data(1000).seq(3001));
        c.peer.sends(ack().ack(5001));
        c.stack.isSilent();
        assertThat(c.stack.connection().unacknowledged()).isZero();
    }

    /** RFC 6582 §3.2, step 2, and §4: recover. */
    @Test
    void doesNotTakeTheEchoOfItsRetransmissionsForALoss() {
        var c = established();
        c.stack.writes(6_000);
        c.stack.says();
        c.stack.waits(RTO);
        c.stack.says();
        for (int i = 0; i < 4; i++) {
            c.peer.sends(ack().ack(1001));
        }
        assertThat(c.tally.of(TcpEvent.FAST_RETRANSMIT)).isZero();
    }

    /** RFC 9293 §3.8.1: repacketization. */
    @Test
    void gathersSmallSegmentsIntoOneWhenItSendsAgain() {
        var c = established(x -> x.withNoDelay(true));
        c.stack.writes("a");
        c.stack.answers(data("a"));
        c.stack.writes("b");
        c.stack.answers(data("b"));
        c.stack.waits(RTO);
        c.stack.answers(data("ab").seq(1001));
    }

    /** RFC 5681 §4.1; RFC 2861 §3. */
    @Test
    void startsSlowlyAfterIdleTime() {
        var c = established();
        for (int round = 0; round < 6; round++) {
            c.stack.writes(c.stack.connection().info().cwnd());
            c.stack.says();
            c.peer.sends(ack());
        }
        assertThat(c.stack.connection().info().cwnd()).isGreaterThan(10_000);
        c.stack.waits(1_000);
        c.stack.writes(1);
        c.stack.says();
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(10_000);
    }

    @Test
    void sendsAgainWhatTheDeviceHadNoRoomFor() {
        var c = established();
        c.stack.writes(1_500);
        var out = new TcpSegment();
        assertThat(c.stack.connection().poll(c.stack.now(), out)).isTrue();
        c.stack.connection().localDrop(c.stack.now(), out);
        c.stack.isSilent();
        assertThat(c.stack.connection().info().inFlight()).isZero();
        assertThat(c.stack.connection().deadline()).isEqualTo(c.stack.now() + 1_000_000);
        c.stack.connection().deviceReady(c.stack.now());
        c.stack.answers(data(1000).seq(1001), data(500).seq(2001));
        assertThat(c.stack.connection().info().retransmits()).isZero();
    }

    @Test
    void goesOnByItselfWhenNobodySaysThatTheDeviceHasRoom() {
        var c = talking(x -> x);
        c.peer.sends(data("?"));
        c.stack.reads("?");
        c.stack.waits(40);
        var out = new TcpSegment();
        c.stack.says();
        c.stack.writes("!");
        c.stack.connection().poll(c.stack.now(), out);
        c.stack.connection().localDrop(c.stack.now(), out);
        c.stack.waits(1);
        c.stack.answers(data("!").seq(1002).ack(103));
    }
}
