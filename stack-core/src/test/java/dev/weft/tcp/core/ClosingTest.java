package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.flags;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.rstAck;
import static dev.weft.tcp.core.Seg.syn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/** RFC 9293 §3.6 and §3.10.4 to §3.10.7: every way a connection ends in order, or by this end's will. */
class ClosingTest {

    /** RFC 9293 §3.6, figure 12, and §3.3.2; TIME-WAIT lasts 60 s. */
    @Test
    void closesFirstThroughFinWaitsAndTimeWait() {
        var c = established();
        c.stack.closes();
        c.stack.is(TcpState.FIN_WAIT_1);
        c.stack.answers(fin().seq(1001).ack(101));
        c.peer.sends(ack().ack(1002));
        c.stack.is(TcpState.FIN_WAIT_2);
        c.peer.sends(fin());
        c.stack.is(TcpState.TIME_WAIT);
        c.stack.answers(ack().seq(1002).ack(102));
        c.stack.waits(59_999);
        c.stack.is(TcpState.TIME_WAIT);
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.NONE);
    }

    /** RFC 9293 §3.6, case 2. */
    @Test
    void closesSecondThroughCloseWaitAndLastAck() {
        var c = established();
        c.peer.sends(fin());
        c.stack.is(TcpState.CLOSE_WAIT);
        c.stack.answers(ack().ack(102));
        assertThat(c.stack.connection().isInputEnded()).isTrue();
        c.stack.writes("bye");
        c.stack.answers(data("bye"));
        c.stack.closes();
        c.stack.is(TcpState.LAST_ACK);
        c.stack.answers(fin().seq(1004));
        c.peer.sends(ack());
        c.stack.hasFailed(TcpFailure.NONE);
        assertThat(c.stack.connection().takeEvents() & TcpConnection.CLOSED).isNotZero();
    }

    /** RFC 9293 §3.6, figure 13. */
    @Test
    void closesWithThePeerAtTheSameTime() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1001));
        c.stack.is(TcpState.CLOSING);
        c.stack.answers(ack().ack(102));
        c.peer.sends(ack().ack(1002));
        c.stack.is(TcpState.TIME_WAIT);
    }

    /** RFC 9293 §3.10.7.4, eighth check, FIN-WAIT-1. */
    @Test
    void goesStraightToTimeWaitWhenFinAcknowledgesFin() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1002));
        c.stack.is(TcpState.TIME_WAIT);
        c.stack.answers(ack().ack(102));
    }

    /** RFC 9293 §3.10.4, CLOSE in ESTABLISHED. */
    @Test
    void sendsWhatIsQueuedBeforeFinAndFinWithTheLastOfIt() {
        var c = established();
        c.stack.writes(1_500);
        c.stack.closes();
        c.stack.answers(data(1000), flagsWithText(500));
        c.peer.sends(ack().ack(2502));
        c.stack.is(TcpState.FIN_WAIT_2);
    }

    private static Seg flagsWithText(int length) {
        var seg = flags(TcpFlags.FIN | TcpFlags.ACK);
        seg.text = new byte[length];
        return seg;
    }

    /** RFC 9293 §3.6: a half-closed connection receives without limit of time; §3.10.3, RECEIVE in FIN-WAIT-2. */
    @Test
    void readsOnAfterItsOutputIsShut() {
        var c = established();
        c.stack.shutsOutput();
        c.stack.answers(fin());
        c.peer.sends(ack());
        c.stack.waits(3_600_000);
        c.stack.is(TcpState.FIN_WAIT_2);
        c.peer.sends(data("still here"));
        c.stack.reads("still here");
        c.stack.answers(ack().ack(111));
        c.peer.sends(fin());
        c.stack.is(TcpState.TIME_WAIT);
    }

    /** RFC 9293 §3.10.7.4, eighth check. */
    @Test
    void takesTextAndFinOfOneSegment() {
        var c = established();
        c.peer.sends(fin().text("last words"));
        c.stack.is(TcpState.CLOSE_WAIT);
        c.stack.answers(ack().ack(112));
        c.stack.reads("last words");
    }

    /** RFC 9293 §3.10.7.4, eighth check; §3.4. */
    @Test
    void processesFinOnlyWhenAllBeforeItHasCome() {
        var c = established();
        c.peer.sends(fin().seq(106).text("world"));
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.answers(ack().ack(101));
        c.peer.sends(data("hello").seq(101));
        c.stack.is(TcpState.CLOSE_WAIT);
        c.stack.answers(ack().ack(112));
        c.stack.reads("helloworld");
    }

    /** RFC 9293 §3.10.7.4, seventh check, CLOSE-WAIT. */
    @Test
    void ignoresTextAfterFin() {
        var c = established();
        c.peer.sends(fin());
        c.stack.answers(ack().ack(102));
        c.peer.sends(data("ghost").seq(102));
        c.stack.answers(ack().ack(102));
        assertThat(c.stack.connection().readable()).isZero();
    }

    /** RFC 9293 §3.10.7.4, eighth check, TIME-WAIT. */
    @Test
    void acknowledgesRepeatedFinInTimeWaitAndWaitsAnew() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1002));
        c.stack.answers(ack());
        c.stack.waits(50_000);
        c.peer.sends(fin().seq(101));
        c.stack.answers(ack().ack(102));
        c.stack.waits(59_999);
        c.stack.is(TcpState.TIME_WAIT);
        c.stack.waits(1);
        c.stack.is(TcpState.CLOSED);
    }

    @Test
    void repeatsFinUntilItIsAcknowledged() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.stack.waits(1_500);
        c.stack.says();
        c.stack.waits(3_000);
        c.stack.answers(fin().seq(1001));
    }

    /** RFC 9293 §3.6.1. */
    @Test
    void leavesFinWait2AfterSixtySecondsOfFullCloseOnly() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(ack());
        c.stack.is(TcpState.FIN_WAIT_2);
        c.stack.waits(59_999);
        c.stack.is(TcpState.FIN_WAIT_2);
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.NONE);
        c.stack.isSilent();
    }

    @Test
    void countsFinWait2FromTheCloseThatFollowsAHalfClose() {
        var c = established();
        c.stack.shutsOutput();
        c.stack.answers(fin());
        c.peer.sends(ack());
        c.stack.waits(100_000);
        c.stack.closes();
        c.stack.waits(59_999);
        c.stack.is(TcpState.FIN_WAIT_2);
        c.stack.waits(1);
        c.stack.is(TcpState.CLOSED);
    }

    /** RFC 9293 §3.6.1 (SHLD-3), RFC 2525 §2.17. */
    @Test
    void resetsWhenClosedWithUnreadData() {
        var c = established();
        c.peer.sends(data("unread"));
        c.stack.answers(ack());
        c.stack.closes();
        c.stack.answers(rstAck().seq(1001).ack(107));
        c.stack.hasFailed(TcpFailure.ABORTED);
    }

    /** RFC 9293 §3.6.1, RFC 2525 §2.17. */
    @Test
    void closesInOrderWhenAllWasRead() {
        var c = established();
        c.peer.sends(data("read"));
        c.stack.answers(ack());
        c.stack.reads("read");
        c.stack.closes();
        c.stack.answers(fin());
    }

    /** RFC 9293 §3.6.1 (SHLD-3), RFC 2525 §2.17. */
    @Test
    void resetsPeerThatSendsAfterClose() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(data("too late"));
        c.stack.answers(rstAck().seq(1002));
        c.stack.hasFailed(TcpFailure.ABORTED);
        assertThat(c.tally.of(TcpDiscard.DATA_AFTER_CLOSE)).isEqualTo(1);
    }

    /** RFC 9293 §3.6.1. */
    @Test
    void doesNotMistakeOldDataForDataAfterClose() {
        var c = established();
        c.peer.sends(data("hello"));
        c.stack.answers(ack());
        c.stack.reads("hello");
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(data("hello").seq(101));
        c.stack.answers(ack().ack(106));
        c.stack.is(TcpState.FIN_WAIT_1);
    }

    @Test
    void acknowledgesAndDiscardsDataAfterInputIsShut() {
        var c = established();
        c.peer.sends(data("before"));
        c.stack.answers(ack().ack(107));
        c.stack.shutsInput();
        assertThat(c.stack.connection().readable()).isZero();
        c.peer.sends(data(50_000));
        c.stack.answers(ack().ack(50_107).window(65_535));
        assertThat(c.stack.connection().readable()).isZero();
        assertThat(c.stack.connection().isInputEnded()).isTrue();
        c.peer.sends(fin());
        c.stack.is(TcpState.CLOSE_WAIT);
        c.stack.says();
        c.stack.writes("output lives");
        c.stack.answers(data("output lives"));
    }

    /** RFC 9293 §3.10.5, ABORT in ESTABLISHED. */
    @Test
    void tellsThePeerOfAnAbort() {
        var c = established();
        c.stack.writes(100);
        c.stack.aborts();
        c.stack.answers(rstAck().seq(1001));
        c.stack.hasFailed(TcpFailure.ABORTED);
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
    }

    /** RFC 9293 §3.10.5, ABORT in TIME-WAIT. */
    @Test
    void abortsWithoutAWordInTimeWait() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1002));
        c.stack.answers(ack());
        c.stack.aborts();
        c.stack.isSilent();
        c.stack.hasFailed(TcpFailure.NONE);
    }

    /** RFC 9293 §3.10.2, SEND in FIN-WAIT-1: error, connection closing. */
    @Test
    void takesNothingToSendAfterOutputIsShut() {
        var c = established();
        var pieces = new Pieces();
        assertThat(c.stack.connection().reserve(pieces, 10)).isEqualTo(10);
        c.stack.shutsOutput();
        assertThat(c.stack.connection().commit(c.stack.now(), 10)).isFalse();
        assertThat(c.stack.connection().writable()).isZero();
        assertThat(c.stack.connection().reserve(pieces, 10)).isZero();
        c.stack.answers(fin().seq(1001));
        c.stack.check();
    }

    /** RFC 9293 §3.10.7.4, second check. */
    @Test
    void isEndedByResetInEveryStateOfClosing() {
        var finWait2 = established();
        finWait2.stack.shutsOutput();
        finWait2.stack.answers(fin());
        finWait2.peer.sends(ack());
        finWait2.peer.sends(rst());
        finWait2.stack.hasFailed(TcpFailure.RESET);

        var closing = established();
        closing.stack.closes();
        closing.stack.answers(fin());
        closing.peer.sends(fin().ack(1001));
        closing.stack.answers(ack());
        closing.peer.sends(rst());
        closing.stack.hasFailed(TcpFailure.NONE);

        var lastAck = established();
        lastAck.peer.sends(fin());
        lastAck.stack.answers(ack());
        lastAck.stack.writes("lost");
        lastAck.stack.closes();
        lastAck.stack.says();
        lastAck.peer.sends(rst());
        lastAck.stack.hasFailed(TcpFailure.RESET);
    }

    /** RFC 1337 §3, F1: an old duplicate earns an ACK, which earns a reset, which must not end the wait. */
    @Test
    void ignoresAResetInTimeWait() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1002));
        c.stack.answers(ack());
        c.peer.sends(rst());
        c.stack.is(TcpState.TIME_WAIT);
        c.stack.isSilent();
        assertThat(c.tally.of(TcpDiscard.RESET_IN_TIME_WAIT)).isEqualTo(1);
        c.stack.waits(60_000);
        c.stack.hasFailed(TcpFailure.NONE);
    }

    /** RFC 9293 §3.10.3. */
    @Test
    void keepsWhatCameBeforeAFailureReadable() {
        var c = established();
        c.peer.sends(data("the answer"));
        c.peer.sends(rst());
        c.stack.hasFailed(TcpFailure.RESET);
        c.stack.reads("the answer");
        assertThat(c.stack.connection().isInputEnded()).isTrue();
        c.stack.closes();
        c.stack.check();
    }

    @Test
    void lendsMemoryThatOutlivesTheConnection() {
        var c = established();
        var lent = new Pieces();
        var reserved = new Pieces();
        c.peer.sends(data("abc"));
        c.stack.says();
        c.stack.writes("xyz");
        c.stack.connection().holdAcked();
        c.stack.says();
        c.stack.connection().peek(lent, 10);
        c.stack.connection().reserve(reserved, 5_000);
        c.stack.aborts();
        assertThat(chunks(c)).as("one to read, one begun to write, four to fill").isEqualTo(1 + 1 + 4);
        c.stack.connection().consumed(c.stack.now(), 3);
        c.stack.connection().commit(c.stack.now(), 5_000);
        assertThat(chunks(c)).as("the device still reads").isEqualTo(1);
        c.stack.connection().releaseAcked();
        assertThat(chunks(c)).isZero();
        c.stack.check();
    }

    private static int chunks(Conversation c) {
        return c.stack.connection().sender().buffer.chunks() + c.stack.connection().receiver().buffer.chunks();
    }

    /** RFC 9293 §3.6.1, MAY-2; RFC 6191 §2. */
    @Test
    void letsNewIncarnationBeginInTimeWaitOnlyAfterTheOldNumbers() {
        var c = established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(fin().ack(1002));
        c.stack.answers(ack());
        assertThat(c.stack.connection().mayBeReopenedBy(segment(TcpFlags.SYN, 103))).isTrue();
        assertThat(c.stack.connection().mayBeReopenedBy(segment(TcpFlags.SYN, 102))).isFalse();
        assertThat(c.stack.connection().mayBeReopenedBy(segment(TcpFlags.ACK, 103))).isFalse();
        c.peer.sends(syn().seq(90));
        c.stack.answers(ack().ack(102));
        c.stack.is(TcpState.TIME_WAIT);
    }

    private static TcpSegment segment(int flags, int seq) {
        var segment = new TcpSegment();
        segment.flags = flags;
        segment.seq = seq;
        return segment;
    }
}
