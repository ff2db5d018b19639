package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.talking;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

/** Windows, acknowledgements and small segments: RFC 9293 §3.7.4, §3.8.6; RFC 5681 §4.2; D6. */
class FlowControlTest {

    /** RFC 9293 §3.8.6.3 (SHLD-19), RFC 5681 §4.2. */
    @Test
    void acknowledgesEverySecondFullSegment() {
        var c = talking(x -> x);
        c.peer.sends(data(1000));
        c.stack.isSilent();
        c.peer.sends(data(1000));
        c.stack.answers(ack().ack(2102));
    }

    /** RFC 9293 §3.8.6.3 (MUST-40): less than 0.5 s. */
    @Test
    void acknowledgesOneSegmentWithinFortyMilliseconds() {
        var c = talking(x -> x);
        c.peer.sends(data("?"));
        c.stack.waits(39);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(ack().ack(103));
    }

    /** RFC 9293 §3.8.6.3. */
    @Test
    void letsAcknowledgementRideOnData() {
        var c = talking(x -> x);
        c.peer.sends(data("?"));
        c.stack.writes("!");
        c.stack.answers(data("!").ack(103));
        c.peer.sends(ack());
        c.stack.waits(100);
        c.stack.isSilent();
    }

    @Test
    void acknowledgesTheFirstSegmentsOfAConnectionEach() {
        var c = established();
        for (int i = 0; i < AckPolicy.QUICK; i++) {
            c.peer.sends(data(100));
        }
        assertThat(c.stack.says()).isEqualTo(AckPolicy.QUICK);
        c.peer.sends(data(100));
        c.stack.isSilent();
    }

    @Test
    void putsAcknowledgementsOffAgainAfterAsManyQuickOnes() {
        var c = talking(x -> x);
        c.stack.connection().quickAck(true);
        for (int i = 0; i < AckPolicy.QUICK; i++) {
            c.peer.sends(data("?"));
            c.stack.answers(ack().ack(103 + i));
        }
        c.peer.sends(data("?"));
        c.stack.isSilent();
    }

    @Test
    void sendsTheAcknowledgementThatWaitsWhenAskedToBeQuick() {
        var c = talking(x -> x);
        c.peer.sends(data("?"));
        c.stack.isSilent();
        c.stack.connection().quickAck(true);
        c.stack.answers(ack().ack(103));
        c.stack.connection().quickAck(true);
        c.stack.waits(100);
        c.stack.isSilent();                          // nothing waited
    }

    @Test
    void isQuickNoLongerOnceItSendsData() {
        var c = talking(x -> x);
        c.stack.connection().quickAck(true);
        c.stack.writes("!");
        c.stack.answers(data("!"));
        c.peer.sends(data("?"));
        c.stack.isSilent();
    }

    @Test
    void putsAcknowledgementsOffFromTheStartWhenAskedTo() {
        var c = established();
        c.stack.connection().quickAck(false);
        c.peer.sends(data("?"));
        c.stack.isSilent();
        c.stack.waits(40);
        c.stack.answers(ack().ack(102));
    }

    @Test
    void isQuickAfterReordering() {
        var c = talking(x -> x);
        c.peer.sends(data("b").seq(103));
        c.peer.sends(data("a").seq(102));
        c.stack.answers(ack().ack(102), ack().ack(104));
        c.peer.sends(data("c").seq(104));
        c.stack.answers(ack().ack(105));
        assertThat(c.stack.connection().protocolDeadline()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void isQuickAfterARepetitionButNotAfterTextInOrder() {
        var c = talking(x -> x);
        c.peer.sends(data("a").seq(102));
        c.stack.isSilent();
        c.peer.sends(data("a").seq(102));
        c.stack.answers(ack().ack(103));
        c.peer.sends(data("b").seq(103));
        c.stack.answers(ack().ack(104));
    }

    /** A reader may be so quick that it reads before the ACK is polled, and what it read opens the window for the first time. */
    @Test
    void acknowledgesTheFirstRequestOnceThoughItIsReadBeforeTheAckLeaves() {
        var c = Conversation.listening(x -> x);
        c.peer.sends(syn().mss(1000).windowScale(7));
        c.stack.answers(synAck().window(65_535));
        c.peer.sends(ack());
        c.stack.isSilent();
        c.peer.sends(data("request"));
        c.stack.reads("request");
        c.stack.answers(ack().ack(108).window(256 << 10 >> 3));
    }

    @Test
    void tellsAWindowThatADuplicateAckMustNotTell() {
        var c = talking(x -> x.withBuffers(1000, 10_000));
        c.peer.sends(data(9_999));
        c.stack.waits(40);
        c.stack.answers(ack().ack(10_101).window(0));
        c.peer.sends(data(1).seq(10_100));           // it has come before
        c.stack.read(9_999);
        c.stack.answers(ack().ack(10_101).window(0), ack().ack(10_101).window(10_000));
    }

    @Test
    void mergesAcknowledgementsOfOneBatchUpToALimit() {
        var c = talking(x -> x);
        for (int i = 0; i < 8; i++) {
            c.peer.sends(data(1000));
        }
        c.stack.answers(ack().ack(8102));
        assertThat(c.tally.of(TcpEvent.ACK_MERGED)).isEqualTo(3);
        for (int i = 0; i < AckPolicy.MERGE_LIMIT + 4; i++) {
            c.peer.sends(data(1000));
        }
        c.stack.answers(ack().ack(8102 + 1000 * AckPolicy.MERGE_LIMIT), ack().ack(28_102));
    }

    @Test
    void neverMergesDuplicateAcksNorTheOneThatFillsTheHole() {
        var c = talking(x -> x);
        c.peer.sends(data(1000).seq(1102));
        c.peer.sends(data(1000).seq(2102));
        c.peer.sends(data(1000).seq(3102));
        c.peer.sends(data(1000).seq(102));
        c.stack.answers(ack().ack(102), ack().ack(102), ack().ack(102), ack().ack(4102));
    }

    @Test
    void sendsTheAckADuplicateRepeatsBeforeIt() {
        var c = talking(x -> x);
        c.peer.sends(data(1000));
        c.peer.sends(data(1000));
        c.peer.sends(data(1000).seq(5_000));
        c.stack.answers(ack().ack(2102), ack().ack(2102));
    }

    /** RFC 5681 §2: an ACK with another window is no duplicate. */
    @Test
    void keepsTheWindowOfADuplicateAck() {
        var c = talking(x -> x.withBuffers(1000, 40_000));
        c.peer.sends(data(10_000));
        c.stack.waits(40);
        c.stack.answers(ack().ack(10_102).window(29_999));
        c.stack.read(5_000);
        c.stack.isSilent();
        c.peer.sends(data(1000).seq(12_000));
        c.stack.answers(ack().ack(10_102).window(29_999));
    }

    @Test
    void acknowledgesFinAtOnce() {
        var c = talking(x -> x);
        c.peer.sends(fin());
        c.stack.answers(ack().ack(103));
    }

    @Test
    void closesAndOpensTheWindowItAdvertises() {
        var c = talking(x -> x.withBuffers(1000, 10_000));
        c.peer.sends(data(10_000 - 1));
        c.stack.waits(40);
        c.stack.answers(ack().window(0));
        c.stack.read(1_000);
        c.stack.isSilent();                          // a silly window is not told (RFC 9293 §3.8.6.2.2)
        c.stack.read(4_000);
        c.stack.answers(ack().ack(10_101).window(5_001));
        assertThat(c.tally.of(TcpEvent.WINDOW_UPDATE)).isEqualTo(1);
    }

    /** RFC 9293 §3.8.6 (SHLD-14); RFC 7323 §2.4. */
    @Test
    void neverMovesTheRightEdgeBack() {
        var c = talking(x -> x.withBuffers(1000, 10_000));
        c.peer.sends(data(4_000));
        c.stack.waits(40);
        c.stack.answers(ack().ack(4_102).window(5_999));
        c.stack.read(10);
        c.peer.sends(data(1_000));
        c.stack.waits(40);
        c.stack.answers(ack().ack(5_102).window(4_999));
    }

    /** RFC 9293 §3.8.6.2.1, sender: half of the largest window. */
    @Test
    void sendsNoMoreThanTheWindowAllows() {
        var c = established();
        c.peer.sends(ack().window(2_500));
        c.stack.writes(5_000);
        c.stack.answers(data(1000), data(1000));     // the last 500 would be silly: less than half the largest window
        c.peer.sends(ack().window(3_000));
        c.stack.answers(data(1000), data(1000), data(1000));
    }

    /** RFC 9293 §3.8.6.1 (MUST-36, SHLD-29, SHLD-30). */
    @Test
    void probesAClosedWindowWithOneByteAndBacksOff() {
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("waiting");
        c.stack.isSilent();
        c.stack.waits(199);
        c.stack.isSilent();
        c.stack.waits(2);
        c.stack.answers(data("w").seq(1001));
        c.peer.sends(ack().ack(1001).window(0));
        c.stack.waits(398);
        c.stack.isSilent();
        c.stack.waits(5);
        c.stack.answers(data("w").seq(1001));
        c.peer.sends(ack().ack(1001).window(100));
        c.stack.answers(data("waiting").seq(1001));
    }

    /** RFC 5681 §2: answers to probes of a closed window are none. */
    @Test
    void takesNoAnswerToAProbeForADuplicateAck() {
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("waiting");
        c.stack.waits(400);
        c.stack.says();
        for (int i = 0; i < 5; i++) {
            c.peer.sends(ack().ack(1001).window(0));
        }
        c.stack.isSilent();
        assertThat(c.tally.of(TcpEvent.DUPLICATE_ACK_IN)).isZero();
    }

    /** RFC 9293 §3.8.6.1 (MUST-37). */
    @Test
    void staysOpenAsLongAsProbesAreAnswered() {
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("waiting");
        for (int i = 0; i < 100; i++) {
            c.stack.waits(120_000);
            assertThat(c.stack.says()).isPositive();
            c.peer.sends(ack().ack(1001).window(0));
        }
        c.stack.is(TcpState.ESTABLISHED);
    }

    @Test
    void endsWhenNobodyAnswersProbes() {
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("waiting");
        c.stack.waits(2_000_000);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    /** RFC 6429 §3. */
    @Test
    void endsClosedConnectionWhoseWindowStaysClosed() {
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("nobody cares any more");
        c.stack.closes();
        for (int i = 0; i < 10 && c.stack.connection().state() != TcpState.CLOSED; i++) {
            c.stack.waits(60_000);
            c.stack.says();
            c.peer.sends(ack().ack(1001).window(0));
        }
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    /** RFC 7323 §2.4; RFC 9293 §3.4. */
    @Test
    void acknowledgesWithANumberThePeerAcceptsWhileBothWindowsAreClosed() {
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("waiting");
        c.stack.waits(201);
        c.stack.answers(data("w").seq(1001));
        c.peer.sends(data("?").ack(1001).window(0));
        c.stack.answers(ack().seq(1001).ack(102));   // not 1002: that lies outside the peer's window
    }

    /** RFC 9293 §3.8.6.2.1, the override timer. */
    @Test
    void sendsAfterAWhileWhatASillyWindowTakes() {
        var c = established();
        c.peer.sends(ack().window(300));
        c.stack.writes(1_000);
        c.stack.isSilent();
        c.stack.waits(199);
        c.stack.isSilent();
        c.stack.waits(10);
        c.stack.answers(data(300).seq(1001));
    }

    /** RFC 9293 §3.7.4, Nagle. */
    @Test
    void holdsBackASecondSmallSegment() {
        var c = established();
        c.stack.writes("a");
        c.stack.answers(data("a"));
        c.stack.writes("b");
        c.stack.writes("c");
        c.stack.isSilent();
        c.peer.sends(ack());
        c.stack.answers(data("bc"));
    }

    /** RFC 9293 §3.7.4, as Minshall refined it. */
    @Test
    void doesNotHoldBackTheEndOfALargeWrite() {
        var c = established();
        c.stack.writes(1_100);
        c.stack.answers(data(1000), data(100));      // Minshall: full segments in flight do not count
    }

    /** RFC 9293 §3.7.4 (MUST-17): Nagle can be turned off. */
    @Test
    void holdsBackNothingWithNoDelayNorAtTheEnd() {
        var c = established(x -> x.withNoDelay(true));
        c.stack.writes("a");
        c.stack.answers(data("a"));
        c.stack.writes("b");
        c.stack.answers(data("b"));
        c.stack.connection().noDelay(false);
        c.stack.writes("c");
        c.stack.isSilent();
        c.stack.shutsOutput();
        c.stack.answers(fin().text("c"));
    }

    @Test
    void sendsWhatWaitsWhenNagleIsTurnedOff() {
        var c = established();
        c.stack.writes("a");
        c.stack.writes("b");
        c.stack.answers(data("ab"));
        c.stack.writes("c");
        c.stack.isSilent();
        c.stack.connection().noDelay(true);
        c.stack.answers(data("c"));
    }

    @Test
    void collectsSmallWritesUnderACorkUntilTheyFillASegment() {
        var c = established(x -> x.withNoDelay(true));
        c.stack.connection().cork(true);
        c.stack.writes(600);
        c.stack.isSilent();
        c.stack.writes(600);
        c.stack.answers(data(1000));
        c.peer.sends(ack());
        c.stack.isSilent();
    }

    @Test
    void sendsWhatACorkHeldWhenItIsDrawnThoughASmallSegmentIsUnderWay() {
        var c = established();
        c.stack.writes("a");
        c.stack.answers(data("a"));
        c.stack.connection().cork(true);
        c.stack.writes("b");
        c.stack.isSilent();
        c.stack.connection().cork(false);
        c.stack.answers(data("b"));
        c.stack.writes("c");
        c.stack.isSilent();                          // Nagle again
    }

    @Test
    void holdsSmallSegmentsUnderACorkForTwoHundredMillisecondsAtMost() {
        var c = established();
        c.stack.connection().cork(true);
        c.stack.writes("a");
        c.stack.waits(100);
        c.stack.writes("b");
        c.stack.waits(99);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(data("ab"));
        c.peer.sends(ack());
        c.stack.writes("c");
        c.stack.waits(199);
        c.stack.isSilent();                          // the time begins anew
        c.stack.waits(1);
        c.stack.answers(data("c"));
    }

    @Test
    void sendsTheLastOfTheStreamThroughTheCork() {
        var c = established();
        c.stack.connection().cork(true);
        c.stack.writes("bye");
        c.stack.shutsOutput();
        c.stack.answers(fin().text("bye"));
    }

    @Test
    void hasNoTimeToKeepForACorkWithNothingToHold() {
        var c = established();
        c.stack.connection().cork(true);
        c.stack.isSilent();
        assertThat(c.stack.connection().protocolDeadline()).isEqualTo(Long.MAX_VALUE);
        c.stack.connection().cork(false);
        c.stack.writes("a");
        c.stack.answers(data("a"));
    }

    @Test
    void dropsWhatThereIsNoMemoryForAndTakesItLater() {
        var c = established();
        c.leavesChunks(1);
        c.peer.sends(data(1500));
        c.stack.answers(ack().ack(101 + 1024));
        assertThat(c.tally.of(TcpDiscard.NO_MEMORY)).isEqualTo(1);
        c.stack.read(1024);
        c.peer.sends(data(476).seq(101 + 1024));
        c.stack.answers(ack().ack(101 + 1500));
    }

    @Test
    void lendsNothingToTheWriterWhenMemoryIsShort() {
        var c = established();
        c.leavesChunks(0);
        assertThat(c.stack.connection().writable()).isPositive();
        assertThat(c.stack.connection().reserve(new Pieces(), 10)).isZero();
        c.leavesChunks(1);
        c.stack.writes("now");
        c.stack.answers(data("now"));
    }

    @Test
    void keepsSoManyHolesAsItsBufferIsGoodForAndNoMore() {
        var c = talking(x -> x.withBuffers(1000, 20_000));
        int most = 20_000 / 512;
        for (int i = 0; i < most + 1; i++) {
            c.peer.sends(data("x").seq(200 + 2 * i));
        }
        assertThat(c.tally.of(TcpDiscard.TOO_MANY_HOLES)).isEqualTo(1);
        assertThat(c.stack.says()).isEqualTo(most + 1);
        c.peer.sends(data("x").seq(201));
        assertThat(c.tally.of(TcpDiscard.TOO_MANY_HOLES)).as("joins two").isEqualTo(1);
    }
}
