package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import org.junit.jupiter.api.Test;

/** What a receiver that wants more than its share, and somebody beside the path, can send, and what it gets them. */
class HostilePeerTest {

    private static final int WINDOW = 10_000;

    // ---- a receiver that acknowledges more often, or more, than it has received

    /** RFC 3465 §2.1: ACK division. A window grows by bytes, however many ACKs they are told in. */
    @Test
    void anAckInPiecesOpensTheWindowNoFurtherThanAWholeOne() {
        var whole = established();
        whole.stack.writes(WINDOW);
        whole.stack.says();
        whole.peer.sends(ack().ack(2001));
        var pieces = established();
        pieces.stack.writes(WINDOW);
        pieces.stack.says();
        for (int i = 1; i <= 1_000; i++) {
            pieces.peer.sends(ack().ack(1001 + i));
        }
        int cwnd = whole.stack.connection().info().cwnd();
        assertThat(cwnd).isEqualTo(WINDOW + 1_000);
        assertThat(pieces.stack.connection().info().cwnd()).isEqualTo(cwnd);
    }

    /** RFC 9293 §3.10.7.4, RFC 5961 §5.2: who acknowledges ahead of what was sent gets an ACK, and nothing grows. */
    @Test
    void anAckOfWhatWasNotSentOpensNothing() {
        var c = established();
        c.stack.writes(50_000);
        c.stack.says();
        int cwnd = c.stack.connection().info().cwnd();
        c.peer.sends(ack().ack(1001 + WINDOW + 1));
        c.stack.answers(ack());
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(cwnd);
        assertThat(c.stack.connection().unacknowledged()).isEqualTo(50_000);
        assertThat(c.tally.of(TcpDiscard.ACK_OF_UNSENT)).isEqualTo(1);
    }

    /** RFC 3465 §2.2: one ACK, true or not, opens the window by two segments and not by all that it names. */
    @Test
    void oneAckOfAllThatWasSentOpensTheWindowByTwoSegments() {
        var c = established();
        c.stack.writes(50_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001 + WINDOW));
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(WINDOW + 2_000);
    }

    /** RFC 5681 §3.2, RFC 9937 §6.2: more duplicates than there are segments in flight let no more out than that. */
    @Test
    void duplicateAcksWithoutEndLetNoMoreOutThanWasInFlight() {
        var c = established();
        c.stack.writes(60_000);
        c.stack.says();
        for (int i = 0; i < 1_000; i++) {
            c.peer.sends(ack().ack(1001));
        }
        assertThat(c.stack.says()).isLessThanOrEqualTo(11);
    }

    /** RFC 2018 §8, RFC 5961 §5.2: blocks beyond what was sent, empty, backwards or before SND.UNA say nothing. */
    @Test
    void blocksThatCannotBeSayNothing() {
        var c = modern();
        c.stack.writes(5_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(1001 + 5_000, 1001 + 6_000, 3001, 2001, 4001, 4001));
        assertThat(c.stack.connection().info().sacked()).isZero();
        c.peer.sends(ack().ack(1001).sack(2001, 1001 + 5_001));
        assertThat(c.stack.connection().info().sacked()).isZero();
    }

    /** RFC 2018 §8: what the peer has named and then forgets is sent again when the timer fires; nothing is let go of before. */
    @Test
    void whatThePeerNamedAndForgotIsSentAgain() {
        var c = modern();
        c.stack.writes(3_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(2001, 4001));
        assertThat(c.stack.connection().unacknowledged()).isEqualTo(3_000);
        c.stack.says();
        c.peer.sends(ack().ack(2001));
        c.stack.waits(5_000);
        c.peer.sends(ack().ack(2001));
        assertThat(c.stack.says()).isPositive();
        assertThat(c.tally.of(TcpEvent.SACK_RENEGED)).isPositive();
        c.peer.sends(ack().ack(4001));
        assertThat(c.stack.connection().unacknowledged()).isZero();
    }

    /** RFC 9293 §3.8.6 (MUST-34, SHLD-15): a window that is taken back stops what is new, and nothing is lost. */
    @Test
    void aWindowThatIsTakenBackStopsWhatIsNewAndIsProbed() {
        var c = established();
        c.stack.writes(5_000);
        c.stack.says();
        c.peer.sends(ack().ack(2001).window(1_000));
        c.stack.writes(5_000);
        c.stack.isSilent();
        c.peer.sends(ack().ack(2001).window(0));
        c.stack.waits(2_000);
        c.peer.sends(ack().ack(2001).window(0));
        c.stack.is(TcpState.ESTABLISHED);
        c.peer.sends(ack().ack(2001).window(60_000));
        c.stack.says();
        c.peer.sends(ack().ack(6001).window(60_000));
        c.stack.says();
        c.peer.sends(ack().ack(11_001).window(60_000));
        assertThat(c.stack.connection().unacknowledged()).isZero();
    }

    // ---- somebody beside the path, before the handshake is complete

    /** RFC 5961 §3.2, also in SYN-RECEIVED: a reset must have the exact number. */
    @Test
    void aResetInTheWindowDoesNotEndAHandshake() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(rst().seq(102));
        c.stack.is(TcpState.SYN_RECEIVED);
        c.stack.answers(ack().ack(101));
        c.peer.sends(rst().seq(99));
        c.stack.is(TcpState.SYN_RECEIVED);
        c.stack.isSilent();
        c.peer.sends(ack());
        c.stack.is(TcpState.ESTABLISHED);
    }

    /** RFC 9293 §3.10.7.4: an ACK that guesses our number wrong is reset at its sender, and the handshake goes on. */
    @Test
    void anAckThatGuessesDoesNotEndAHandshake() {
        var c = listening(x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(ack().ack(7_777));
        c.stack.answers(rst().seq(7_777));
        c.stack.is(TcpState.SYN_RECEIVED);
        c.peer.sends(ack().ack(1001));
        c.stack.is(TcpState.ESTABLISHED);
    }

    // ---- segments of another time

    /** RFC 7323 §5.2 and §5.3: PAWS turns away what is old, but never a reset. */
    @Test
    void aResetWithAnOldTimestampIsStillAReset() {
        var c = modern();
        c.peer.sends(data("old").timestamps(Conversation.PEER_CLOCK - 1_000, 0));
        assertThat(c.tally.of(TcpDiscard.OLD_TIMESTAMP)).isEqualTo(1);
        c.peer.sends(rst().seq(101).timestamps(Conversation.PEER_CLOCK - 1_000, 0));
        c.stack.hasFailed(TcpFailure.RESET);
    }

    /** RFC 7323 §3.2: once timestamps are agreed, nothing without one ends or moves the connection, but a reset. */
    @Test
    void aFinWithoutTheAgreedTimestampEndsNothing() {
        var c = modern();
        c.peer.sends(fin().bare().seq(101));
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.isSilent();
        c.peer.sends(fin().seq(101));
        c.stack.is(TcpState.CLOSE_WAIT);
    }
}
