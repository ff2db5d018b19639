package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Conversation.talking;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.wire.TcpFlags;
import org.junit.jupiter.api.Test;

/** Segments that the device has joined count as those that the peer sent (D5). */
class LargeSegmentsInTest {

    // ---- RFC 9293 §3.8.6.3, RFC 5681 §4.2: an ACK for every second full segment

    @Test
    void severalAreAcknowledgedAtOnce() {
        var c = talking(x -> x);
        c.peer.sends(data(5_000).in(1000));
        c.stack.answers(ack().ack(c.peer.nxt));
        assertThat(c.tally.of(TcpEvent.LARGE_SEGMENT_IN)).isEqualTo(1);
    }

    @Test
    void aSingleOneWaits() {
        var c = talking(x -> x);
        c.peer.sends(data(1_000));
        c.stack.isSilent();
        c.stack.waits(41);
        c.stack.answers(ack().ack(c.peer.nxt));
    }

    /** Who takes a joined segment for one full segment would let the next ones wait. */
    @Test
    void whatIsFullIsMeasuredByTheSegmentsThePeerSent() {
        var c = talking(x -> x);
        c.peer.sends(data(5_000).in(1000));
        c.stack.answers(ack());
        c.peer.sends(data(1_000));
        c.peer.sends(data(1_000));
        c.stack.answers(ack().ack(c.peer.nxt));
    }

    @Test
    void aLargeOneThatWasNotJoinedIsOneSegment() {
        var c = talking(x -> x);
        c.peer.sends(data(5_000));
        c.stack.isSilent();
        c.peer.sends(data(5_000));
        c.stack.answers(ack().ack(c.peer.nxt));
    }

    /** D6: the first sixteen segments earn an ACK each; a joined one is one ACK and many of the sixteen. */
    @Test
    void quickAcksEndAfterAsManySegments() {
        var c = established();
        c.peer.sends(data(12_000).in(1000));
        c.stack.answers(ack().ack(12_101));
        c.peer.sends(data(1_000));
        c.stack.answers(ack());
        c.peer.sends(data(3_000).in(1000));
        c.stack.answers(ack());
        c.peer.sends(data(1_000));
        c.stack.isSilent();
    }

    /** D6: ACKs of one batch merge, of joined segments up to 256 KiB. */
    @Test
    void acksOfABatchMergeUpToFourLargeSegments() {
        var c = listening(x -> x.withBuffers(1 << 20, 1 << 20));
        c.peer.sends(syn().mss(1000).windowScale(7));
        c.stack.answers(synAck());
        c.peer.sends(ack());
        c.peer.sends(data(AckPolicy.QUICK * 1000).in(1000));
        c.stack.answers(ack());
        int first = c.peer.nxt;
        for (int i = 0; i < 6; i++) {
            c.peer.sends(data(60_000).in(1000));
        }
        c.stack.answers(ack().ack(first + 300_000), ack().ack(first + 360_000));
    }

    // ---- holes

    /** RFC 2018 §3, RFC 5681 §4.2. */
    @Test
    void outOfOrderItEarnsOneDuplicateAckThatNamesAllOfIt() {
        var c = modern();
        c.peer.sends(data(5_000).seq(2_101).in(1000));
        c.stack.answers(ack().ack(101).sack(2_101, 7_101));
        c.peer.sends(data(2_000).seq(101).in(1000));
        c.stack.answers(ack().ack(7_101).sack());
    }

    /** RFC 2883 §4: of what comes in part for the second time that part is named. */
    @Test
    void namesThePartThatCameTwice() {
        var c = modern();
        c.peer.sends(data(2_000).seq(101).in(1000));
        c.stack.answers(ack().ack(2_101));
        c.peer.sends(data(4_000).seq(1_101).in(1000));
        c.stack.answers(ack().ack(5_101).sack(1_101, 2_101));
    }

    /** RFC 9293 §3.10.7.4: what lies beyond the window is cut off. */
    @Test
    void isTakenAsFarAsTheWindowReaches() {
        var c = established(x -> x.withBuffers(64 << 10, 4_000));
        c.peer.sends(data(6_000).in(1000));
        c.stack.answers(ack().ack(4_101));
        assertThat(c.stack.connection().readable()).isEqualTo(4_000);
    }

    // ---- ECN

    /** RFC 3168 §6.1.3: a mark on any of them is a mark, told at once; CWR is of the first and may come with a new mark. */
    @Test
    void echoesAMark() {
        var c = listening(x -> x.withExtensions(new TcpExtensions(true, 0, true, EcnMode.ACCEPT)));
        c.peer.sends(Seg.flags(TcpFlags.SYN | TcpFlags.ECE | TcpFlags.CWR).mss(1012).timestamps().sackPermitted());
        c.stack.says();
        c.peer.sends(ack());
        c.peer.sends(data(4_000).in(1000).ce());
        c.stack.answers(Seg.flags(TcpFlags.ACK | TcpFlags.ECE));
        c.peer.sends(Seg.flags(TcpFlags.ACK | TcpFlags.CWR).text("\0".repeat(4_000)).in(1000).ect());
        c.stack.answers(ack());
        c.peer.sends(Seg.flags(TcpFlags.ACK | TcpFlags.CWR).text("\0".repeat(4_000)).in(1000).ce());
        c.stack.answers(Seg.flags(TcpFlags.ACK | TcpFlags.ECE));
    }

    // ---- the round trip that the receiver sees

    /** RFC 7323 §3.2: a segment after a joined one is as full as that one's segments, so its echo measures. */
    @Test
    void theReceiversRoundTripIsMeasuredBySegments() {
        var c = modern(20, x -> x.withBuffers(dev.weft.tcp.core.buffer.TcpBuffers.TUNED));
        c.stack.waits(5);
        c.peer.sends(data(5_000).in(1000));
        c.stack.says();
        long first = c.stack.connection().receiver().tuning.roundTrip();
        c.stack.waits(50);
        c.peer.sends(data(1_000));
        c.stack.says();
        assertThat(c.stack.connection().receiver().tuning.roundTrip()).isGreaterThan(first);
    }
}
