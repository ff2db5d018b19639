package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What a connection shows of itself, as {@code tcp_info} of Linux does, against a peer whose every segment is known. */
class TcpInfoTest {

    private static TcpInfo info(Conversation c) {
        return c.stack.connection().info();
    }

    @Test
    void showsTheStateInEveryState() {
        var c = established();
        assertThat(info(c).state()).isEqualTo(TcpState.ESTABLISHED);
        c.peer.sends(fin());
        assertThat(info(c).state()).isEqualTo(TcpState.CLOSE_WAIT);
        c.stack.closes();
        assertThat(info(c).state()).isEqualTo(TcpState.LAST_ACK);
    }

    @Test
    void showsTheRoundTripItsVariationAndTheTimeOut() {               // RFC 6298 §2.2: SRTT = R, RTTVAR = R/2
        var c = modern(100, x -> x);
        assertThat(info(c).srttNanos()).isEqualTo(100_000_000L);
        assertThat(info(c).rttvarNanos()).isEqualTo(50_000_000L);
        assertThat(info(c).rtoNanos()).isEqualTo(300_000_000L);
        assertThat(info(established()).srttNanos()).as("less than a tick").isLessThan(1_000_001L);
    }

    @Test
    void showsWhatIsInFlightUnsentSackedAndLost() {
        var c = modern(100, x -> x);
        c.stack.writes(20_000);
        c.stack.says();
        assertThat(info(c).inFlight()).isEqualTo(10_000);
        assertThat(info(c).unsent()).isEqualTo(10_000);
        assertThat(info(c).cwnd()).isEqualTo(10_000);
        assertThat(info(c).ssthresh()).isEqualTo(Integer.MAX_VALUE);
        assertThat(info(c).sendMss()).isEqualTo(1_000);
        c.peer.sends(ack().ack(1001).sack(4001, 8001));
        assertThat(info(c).sacked()).isEqualTo(4_000);
        assertThat(info(c).lost()).isEqualTo(3_000);
        assertThat(info(c).ssthresh()).isLessThan(10_000);
        c.stack.says();
        assertThat(info(c).lost()).as("being sent again").isLessThan(3_000);
        assertThat(info(c).retransmits()).isPositive();
        assertThat(info(c).retransmittedBytes()).isEqualTo(1_000 * info(c).retransmits());
    }

    @Test
    void countsNothingSentAgainWhereNothingWas() {
        var c = modern(100, x -> x);
        c.stack.writes(5_000);
        c.stack.says();
        c.peer.sends(ack());
        assertThat(info(c).retransmits()).isZero();
        assertThat(info(c).retransmittedBytes()).isZero();
        assertThat(info(c).timeouts()).isZero();
        assertThat(info(c).sacked()).isZero();
        assertThat(info(c).lost()).isZero();
        assertThat(info(c).inFlight()).isZero();
        assertThat(info(c).unsent()).isZero();
        assertThat(info(c).reorderingSeen()).isFalse();
    }

    @Test
    void countsTimeOutsInARowAndBacksTheTimeOff() {                   // RFC 6298 §5.5
        var c = modern(100, x -> x);
        long before = info(c).rtoNanos();
        c.stack.writes("x");
        c.stack.waits(1_000);
        assertThat(info(c).timeouts()).isPositive();
        assertThat(info(c).rtoNanos()).isEqualTo(before << info(c).timeouts());
        c.peer.sends(ack());
        assertThat(info(c).timeouts()).isZero();
    }

    @Test
    void showsReorderingOnceItIsSeen() {                              // RFC 8985 §6.2, step 3
        var c = modern(100, x -> x);
        c.stack.writes(2_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(2001, 3001));
        assertThat(info(c).reorderingSeen()).isFalse();
        c.peer.sends(ack().ack(3001));
        assertThat(info(c).reorderingSeen()).as("the first has come late, not again").isTrue();
    }

    @Test
    void showsTheRatesOfDeliveryAndPacing() {
        var c = modern(100, x -> x);
        assertThat(info(c).deliveryRate()).isZero();
        c.stack.writes(10_000);
        c.stack.says();
        c.stack.waits(100);
        c.peer.sends(ack());
        assertThat(info(c).deliveryRate()).as("10,000 bytes in 100 ms").isBetween(90_000L, 110_000L);
        assertThat(info(c).pacingRate()).as("twice a window each round trip in slow start").isGreaterThan(200_000L);
        assertThat(info(established()).pacingRate()).as("too short a path to be paced").isZero();
    }

    @Test
    void showsBothWindowsAndWhatCanBeRead() {
        var c = established(x -> x.withBuffers(1000, 10_000));
        c.peer.sends(data(4_000).window(30_000));
        c.stack.waits(100);
        c.stack.says();
        assertThat(info(c).peerWindow()).isEqualTo(30_000);
        assertThat(info(c).receiveWindow()).isEqualTo(6_000);
        assertThat(info(c).readable()).isEqualTo(4_000);
        c.stack.read(1_000);
        assertThat(info(c).readable()).isEqualTo(3_000);
    }

    @Test
    void showsWhatWasAgreedAndWhatWasNot() {                          // RFC 7323 §2 and §3, RFC 2018 §2
        assertThat(info(established()).timestamps()).isFalse();
        assertThat(info(established()).selectiveAcks()).isFalse();
        assertThat(info(established()).windowScaling()).isFalse();
        var c = Conversation.connecting();
        c.stack.answers(syn());
        c.peer.sends(synAck().mss(1000).timestamps().sackPermitted().windowScale(7));
        assertThat(info(c).timestamps()).isTrue();
        assertThat(info(c).selectiveAcks()).isTrue();
        assertThat(info(c).windowScaling()).isTrue();
    }

    @Test
    void countsBytesThatWereAcknowledgedAndThatCameInOrder() {
        var c = established();
        c.stack.writes(1_500);
        c.stack.says();
        c.peer.sends(ack().ack(2001));
        assertThat(c.stack.connection().bytesAcknowledged()).isEqualTo(1_000);
        c.peer.sends(data(300));
        c.peer.sends(data(300).seq(1_000));
        assertThat(c.stack.connection().bytesReceived()).as("what lies behind the hole does not count").isEqualTo(300);
    }
}
