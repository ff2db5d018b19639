package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.TcpSegment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Urgent data: RFC 9293 §3.8.5 with RFC 6093. The pointer of a segment leads to the octet behind the urgent ones. */
class UrgentTest {

    private static String read(Conversation c, int max) {
        var pieces = new Pieces();
        int n = c.stack.connection().peek(pieces, max);
        var bytes = new byte[n];
        pieces.copyTo(0, java.lang.foreign.MemorySegment.ofArray(bytes), 0, n);
        c.stack.connection().consumed(c.stack.now(), n);
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    private static boolean isTold(Conversation c) {
        return (c.stack.connection().takeEvents() & TcpConnection.URGENT) != 0;
    }

    // ---- sending

    @Test
    void pointsBehindTheUrgentOctetInEachSegmentBeforeIt() {          // RFC 6093 §3
        var c = established();
        c.stack.writes(1_500);
        c.stack.writesUrgently("!");
        c.stack.writes(499);
        c.stack.answers(data(1000).urgent(1501), data(1000).urgent(501));
        c.stack.writes("later");
        c.stack.answers(data("later"));
    }

    @Test
    void saysSoUntilThatIsAcknowledgedAndNoLonger() {                 // also when it is sent again
        var c = established();
        c.stack.writesUrgently("abc");
        c.stack.answers(data("abc").urgent(3));
        c.stack.waits(210);
        c.stack.answers(data("abc").seq(1001).urgent(3));
        c.peer.sends(ack().ack(1004));
        c.stack.writes("d");
        c.stack.answers(data("d"));
    }

    @Test
    void movesThePointerOnWithMoreUrgentData() {                      // MUST-31
        var c = established();
        c.stack.writesUrgently("a");
        c.stack.answers(data("a").urgent(1));
        c.stack.writesUrgently("b");
        c.stack.answers(data("b").urgent(1));
        c.stack.waits(210);
        c.stack.answers(data("ab").seq(1001).urgent(2));
    }

    @Test
    void waitsNeitherForNagleNorForACork() {
        var c = established();
        c.stack.connection().cork(true);
        c.stack.writes("a");
        c.stack.isSilent();
        c.stack.writesUrgently("b");
        c.stack.answers(data("ab").urgent(2));
    }

    @Test
    void tellsAPeerWithAClosedWindowAtOnceAndWithEachProbe() {        // §3.8.6.1
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("wait");
        c.stack.isSilent();
        c.stack.writesUrgently("!");
        c.stack.answers(ack().seq(1001).urgent(5));
        c.stack.waits(201);
        c.stack.answers(data("w").seq(1001).urgent(5));
    }

    @Test
    void pointsAsFarAsItCanToWhatIsNotSentYet() {
        var c = established(x -> x.withBuffers(200_000, 64 << 10));
        c.stack.writes(70_000);
        c.stack.writesUrgently("!");
        c.stack.answers(data(1000).urgent(65_535), data(1000).urgent(65_535), data(1000).urgent(65_535),
                data(1000).urgent(65_535), data(1000).urgent(65_535), data(1000).seq(6001).urgent(65_001),
                data(1000).urgent(64_001), data(1000).urgent(63_001), data(1000).urgent(62_001), data(1000).urgent(61_001));
    }

    @Test
    void doesNotPointToWhatIsNotUrgent() {
        var end = new UrgentOut();
        end.mark(80_000);
        var out = new TcpSegment();
        end.stamp(out, 70_000);
        assertThat(out.has(dev.weft.wire.TcpFlags.URG)).as("65,535 octets on lies what has been sent").isFalse();
        out.flags = dev.weft.wire.TcpFlags.RST;
        out.seq = 79_000;
        end.stamp(out, 70_000);
        assertThat(out.has(dev.weft.wire.TcpFlags.URG)).isFalse();
    }

    // ---- receiving

    @Test
    void tellsOfUrgentDataThatIsAheadAndHowMuchOfIt() {               // MUST-32, MUST-33
        var c = established();
        c.peer.sends(data("ab").urgent(5));
        assertThat(isTold(c)).isTrue();
        assertThat(c.stack.connection().urgentRemaining()).isEqualTo(5);
        c.stack.reads("ab");
        assertThat(c.stack.connection().urgentRemaining()).isEqualTo(3);
        c.peer.sends(data("cd"));
        assertThat(isTold(c)).isFalse();
        assertThat(c.tally.of(TcpEvent.URGENT_RECEIVED)).isEqualTo(1);
    }

    @Test
    void endsAReadBeforeTheMarkAndBeginsTheNextWithIt() {
        // RFC 6093 §2
        var c = established();
        c.peer.sends(data("abcde").urgent(3));
        assertThat(c.stack.connection().readable()).isEqualTo(5);
        assertThat(read(c, 100)).isEqualTo("ab");
        assertThat(c.stack.connection().urgentRemaining()).isEqualTo(1);
        assertThat(read(c, 100)).isEqualTo("cde");
        assertThat(c.stack.connection().urgentRemaining()).isZero();
    }

    @Test
    void tellsOfAPointerThatMovesOnAndOfNoneThatStaysOrGoesBack() {   // MUST-32
        var c = established();
        c.peer.sends(data("a").urgent(4));
        assertThat(isTold(c)).isTrue();
        c.peer.sends(data("b").urgent(3));
        c.peer.sends(data("c").urgent(1));
        assertThat(isTold(c)).isFalse();
        c.peer.sends(data("d").urgent(3));
        assertThat(isTold(c)).isTrue();
        assertThat(c.stack.connection().urgentRemaining()).isEqualTo(6);
    }

    @Test
    void ignoresUrgentDataThatHasBeenReadOrIsNone() {
        var c = established();
        c.peer.sends(data("abc"));
        c.stack.reads("abc");
        c.peer.sends(ack().seq(104).urgent(0));
        c.peer.sends(data("abcd").seq(101).urgent(2));
        assertThat(isTold(c)).isFalse();
        assertThat(c.stack.connection().urgentRemaining()).isZero();
        c.stack.reads("d");
    }

    @Test
    void hearsOfUrgentDataThroughAClosedWindow() {                    // §3.10.7.4, first check
        var c = established(x -> x.withBuffers(1000, 2_000));
        c.peer.sends(data(2_000));
        c.stack.answers(ack().window(0));
        c.peer.sends(data("x").urgent(1));
        assertThat(isTold(c)).isTrue();
        assertThat(c.stack.connection().urgentRemaining()).isEqualTo(2_001);
    }

    @Test
    void believesNoPointerOfASegmentOutsideTheWindow() {
        var c = established();
        c.peer.sends(data("x").seq(101 + (1 << 20)).urgent(1));
        c.peer.sends(ack().ack(5_000_000).urgent(9));
        assertThat(isTold(c)).isFalse();
        assertThat(c.stack.connection().urgentRemaining()).isZero();
    }

    @Test
    void takesTheMarkedOctetOutOfTheStreamWhereItIsNotWantedInLine() {
        var c = established();
        c.stack.connection().urgentInLine(false);
        c.peer.sends(data("abcde").urgent(3));
        assertThat(c.stack.connection().readable()).isEqualTo(2);
        assertThat(read(c, 100)).isEqualTo("ab");
        assertThat(read(c, 100)).isEqualTo("de");
        c.peer.sends(data("f").urgent(1));
        assertThat(c.stack.connection().readable()).isZero();
        c.peer.sends(data("g"));
        assertThat(read(c, 100)).isEqualTo("g");
    }

    @Test
    void takesItOutAlsoWhenItComesAfterItsMarkOrHasComeBefore() {
        var c = established();
        c.stack.connection().urgentInLine(false);
        c.peer.sends(ack().urgent(1));
        c.peer.sends(data("ab"));
        assertThat(read(c, 100)).isEqualTo("b");
        c.peer.sends(data("cd"));
        c.peer.sends(data("e").seq(103).text("cde").urgent(1));
        assertThat(read(c, 100)).as("c is marked by a repetition").isEqualTo("de");
    }

    @Test
    void takesItOutOnlyOfWhatIsNotLent() {
        var c = established();
        c.stack.connection().urgentInLine(false);
        c.peer.sends(data("abc"));
        var pieces = new Pieces();
        assertThat(c.stack.connection().peek(pieces, 3)).isEqualTo(3);
        c.peer.sends(data("d").seq(104).urgent(1));
        c.stack.connection().consumed(c.stack.now(), 3);
        assertThat(c.stack.connection().readable()).isZero();
        c.stack.check();
    }

    @Test
    void endsTheStreamBehindAnOctetThatWasTakenOut() {
        var c = established();
        c.stack.connection().urgentInLine(false);
        c.peer.sends(fin().text("!").urgent(1));
        assertThat(c.stack.connection().readable()).isZero();
        assertThat(c.stack.connection().isInputEnded()).isTrue();
        c.stack.says();
        c.stack.closes();
        c.stack.answers(fin());                                       // nothing was unread
    }

    @Test
    void leavesAMarkThatMovedOnInTheStream() {
        var c = established();
        c.stack.connection().urgentInLine(false);
        c.peer.sends(data("ab").urgent(2));
        c.peer.sends(data("cd").urgent(2));
        assertThat(read(c, 100)).isEqualTo("abc");
    }

    @Test
    void pointsAcrossTheWrapOfSequenceNumbers() {
        var end = new UrgentOut();
        end.mark(5);
        var out = new TcpSegment();
        out.seq = -10;
        end.stamp(out, 0);
        assertThat(out.urgentPointer).isEqualTo(15);
        end.acknowledged(-3);
        assertThat(end.isPending()).isTrue();
        end.acknowledged(5);
        assertThat(end.isPending()).isFalse();
    }
}
