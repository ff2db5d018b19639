package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.flags;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.congestion.CongestionControl;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.recovery.Recovery;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Explicit congestion notification (RFC 3168 §6.1). Segments carry 1000 bytes; data of the stack begins at 1001. */
class EcnTest {

    private static UnaryOperator<TcpConfig> with(EcnMode mode) {
        return x -> x.withExtensions(new TcpExtensions(true, 0, true, mode));
    }

    /** The stack has accepted a peer that asked for ECN, on a path of 100 ms, and sent so many segments. */
    private static Conversation agreed(CongestionAlgorithm algorithm, int segments) {
        var c = listening(x -> with(EcnMode.ACCEPT).apply(x).withCongestionControl(algorithm));
        c.peer.window(60_000);
        c.peer.sends(syn().ece().cwr().mss(1012).timestamps().sackPermitted());
        c.stack.answers(synAck().ece());
        c.stack.waits(100);
        c.peer.sends(ack());
        c.stack.isSilent();
        if (segments > 0) {
            c.stack.writes(1000 * segments);
            assertThat(c.stack.says()).isEqualTo(segments);
            c.stack.waits(100);
        }
        return c;
    }

    private static Conversation agreed() {
        return agreed(CongestionAlgorithm.NEW_RENO, 0);
    }

    private static boolean isAgreed(Conversation c) {
        return c.stack.connection().info().ecn();
    }

    private static CongestionControl control(Conversation c) {
        return c.stack.connection().sender().congestion;
    }

    private static Recovery.Phase phase(Conversation c) {
        return c.stack.connection().sender().recovery.phase();
    }

    /** §6.1.1: who asks, who agrees, and what is neither. */
    @Nested
    class Negotiation {

        @Test
        void asksInItsSynAndUsesItWhenTheAnswerAgrees() {
            var c = connecting(with(EcnMode.REQUEST));
            c.stack.answers(syn().ece().cwr().notEct());
            c.peer.sends(synAck().ece().mss(1000));
            c.stack.answers(ack().notEct());
            assertThat(isAgreed(c)).isTrue();
            c.stack.writes("x");
            c.stack.answers(data("x").ect());
            assertThat(c.tally.of(TcpEvent.ECN_AGREED)).isEqualTo(1);
        }

        @ParameterizedTest
        @EnumSource(value = EcnMode.class, names = {"OFF", "ACCEPT"})
        void doesNotAskUnlessToldTo(EcnMode mode) {
            var c = connecting(with(mode));
            c.stack.answers(syn());
            c.peer.sends(synAck().ece().mss(1000));
            c.stack.answers(ack());
            assertThat(isAgreed(c)).as("nobody asked").isFalse();
        }

        @ParameterizedTest
        @EnumSource(value = EcnMode.class, names = {"ACCEPT", "REQUEST"})
        void agreesWhenAsked(EcnMode mode) {
            var c = listening(with(mode));
            c.peer.sends(syn().ece().cwr().mss(1000));
            c.stack.answers(synAck().ece().notEct());
            c.peer.sends(ack());
            assertThat(isAgreed(c)).isTrue();
            c.stack.writes("x");
            c.stack.answers(data("x").ect());
        }

        @Test
        void doesNotAgreeWhenItIsOff() {
            var c = listening(with(EcnMode.OFF));
            c.peer.sends(syn().ece().cwr().mss(1000));
            c.stack.answers(synAck());
            c.peer.sends(ack());
            assertThat(isAgreed(c)).isFalse();
            c.stack.writes("x");
            c.stack.answers(data("x").notEct());
            c.peer.sends(data("y").ce());
            c.stack.answers(ack());
            c.peer.sends(ack().ece());
            assertThat(c.tally.of(TcpEvent.CONGESTION_ECHOED)).isZero();
        }

        /** Flags of the SYN,ACK in decimal beside SYN and ACK: none, both as from a host that reflects what it does not know, CWR alone. */
        @ParameterizedTest
        @CsvSource({"0", "192", "128"})
        void takesNoOtherSynAckForAgreement(int others) {
            var c = connecting(with(EcnMode.REQUEST));
            c.stack.answers(syn().ece().cwr());
            c.peer.sends(flags(TcpFlags.SYN | TcpFlags.ACK | others).mss(1000));
            c.stack.answers(ack());
            assertThat(isAgreed(c)).isFalse();
            c.stack.writes("x");
            c.stack.answers(data("x").notEct());
        }

        @ParameterizedTest
        @CsvSource({"0", "64", "128"})
        void takesNoOtherSynForAQuestion(int others) {
            var c = listening(with(EcnMode.ACCEPT));
            c.peer.sends(flags(TcpFlags.SYN | others).mss(1000));
            c.stack.answers(synAck());
            c.peer.sends(ack());
            assertThat(isAgreed(c)).isFalse();
        }

        /** §6.1.1.1: there are paths that drop what asks. */
        @Test
        void sendsItsSynAgainWithoutAsking() {
            var c = connecting(with(EcnMode.REQUEST));
            c.stack.answers(syn().ece().cwr());
            c.stack.waits(1_001);
            c.stack.answers(syn());
            c.peer.sends(synAck().mss(1000));
            c.stack.answers(ack());
            assertThat(isAgreed(c)).isFalse();
        }

        /** "… and has sent no non-ECN-setup SYN": but marks on what the peer sends meanwhile must be echoed. */
        @Test
        void marksNothingAfterAPlainSynThoughTheFirstOneIsAnsweredLate() {
            var c = connecting(with(EcnMode.REQUEST));
            c.stack.answers(syn().ece().cwr());
            c.stack.waits(1_001);
            c.stack.answers(syn());
            c.peer.sends(synAck().ece().mss(1000));
            c.stack.answers(ack());
            c.stack.writes("x");
            c.stack.answers(data("x").notEct());
            c.peer.sends(data("y").ce());
            c.stack.answers(ack().ece());
        }

        @Test
        void sendsItsSynAckAgainWithoutAgreeing() {
            var c = listening(with(EcnMode.ACCEPT));
            c.peer.sends(syn().ece().cwr().mss(1000));
            c.stack.answers(synAck().ece());
            c.stack.waits(1_001);
            c.stack.answers(synAck());
            c.peer.sends(ack());
            assertThat(isAgreed(c)).isFalse();
            c.stack.writes("x");
            c.stack.answers(data("x").notEct());
            c.peer.sends(data("y").ce());
            c.stack.answers(ack().ece());
        }

        @Test
        void answersAPlainSynThatFollowsWithoutAgreeing() {
            var c = listening(with(EcnMode.ACCEPT));
            c.peer.sends(syn().ece().cwr().mss(1000).seq(100));
            c.stack.answers(synAck().ece());
            c.peer.sends(syn().mss(1000).seq(100));
            c.stack.answers(synAck());
            c.peer.sends(ack());
            assertThat(isAgreed(c)).isFalse();
        }

        @Test
        void agreesWhenBothAskAtTheSameTime() {
            var c = connecting(with(EcnMode.REQUEST));
            c.stack.answers(syn().ece().cwr());
            c.peer.sends(syn().ece().cwr().mss(1000).seq(100));
            c.stack.answers(synAck().ece());
            c.peer.sends(synAck().ece().seq(100).ack(1001));
            assertThat(isAgreed(c)).isTrue();
            assertThat(c.tally.of(TcpEvent.CONGESTION_ECHOED)).isZero();
        }

        @Test
        void doesNotAgreeWhenThePeersSynAckOfASimultaneousOpenTakesItBack() {
            var c = connecting(with(EcnMode.REQUEST));
            c.stack.answers(syn().ece().cwr());
            c.peer.sends(syn().ece().cwr().mss(1000).seq(100));
            c.stack.answers(synAck().ece());
            c.peer.sends(synAck().seq(100).ack(1001));
            assertThat(isAgreed(c)).isFalse();
        }

        @Test
        void doesNotAgreeInASimultaneousOpenForWhichItDidNotAsk() {
            var c = connecting(with(EcnMode.ACCEPT));
            c.stack.answers(syn());
            c.peer.sends(syn().ece().cwr().mss(1000).seq(100));
            c.stack.answers(synAck());
            c.peer.sends(synAck().seq(100).ack(1001));
            assertThat(isAgreed(c)).isFalse();
        }
    }

    /** §6.1.4 to §6.1.6: only new data may be marked. */
    @Nested
    class Marking {

        @Test
        void marksNewDataAndNoPureAck() {
            var c = agreed();
            c.stack.writes(2_000);
            c.stack.answers(data(1000).ect(), data(1000).ect());
            c.peer.sends(data(10));
            c.stack.answers(ack().notEct());
        }

        @Test
        void marksNoFinWithoutText() {
            var c = agreed();
            c.stack.shutsOutput();
            c.stack.answers(fin().notEct());
        }

        @Test
        void marksNoRetransmissionByTimeOut() {
            var c = agreed();
            c.stack.writes(500);
            c.stack.answers(data(500).ect());
            c.stack.waits(10_000);
            var again = new Seg[c.stack.connection().info().timeouts() + 1];   // a tail loss probe went first
            java.util.Arrays.setAll(again, i -> data(500).seq(1001).notEct());
            c.stack.answers(again);
        }

        @Test
        void marksNoRetransmissionOfFastRecoveryButTheNewDataAmongIt() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 6);
            c.stack.writes(3_000);
            c.stack.answers(data(1000).ect(), data(1000).ect(), data(1000).ect());
            c.stack.waits(100);
            c.peer.sends(ack().ack(1001).sack(2001, 10_001));
            c.stack.answers(data(1000).seq(1001).notEct());
            c.stack.writes(1_000);
            c.stack.answers(data(1000).seq(10_001).ect().cwr());
        }

        @Test
        void marksNoWindowProbe() {
            var c = agreed();
            c.peer.sends(ack().window(0));
            c.stack.writes("x");
            c.stack.isSilent();
            c.stack.waits(400);
            c.stack.answers(data("x").notEct());
        }

        @Test
        void marksNoKeepAlive() {
            var c = agreed();
            c.stack.connection().keepAlive(c.stack.now(), 1_000_000_000L, 1_000_000_000L, 5);
            c.stack.waits(1_001);
            c.stack.answers(ack().seq(1000).notEct());
        }

        @Test
        void marksATailLossProbeOnlyIfItIsNewData() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 0);
            c.peer.sends(ack().window(1_000));
            c.stack.writes(1_000);
            c.stack.answers(data(1000).ect());
            c.peer.sends(ack().ack(1001).window(5_000));
            c.stack.waits(299);                      // 2·SRTT, 200 ms as the flight is one segment; not quite the time-out
            c.stack.isSilent();
            c.stack.waits(200);
            c.stack.answers(data(1000).seq(1001).notEct());
        }
    }

    /** §6.1.3: the receiver. */
    @Nested
    class Echo {

        @Test
        void echoesAMarkAtOnceAndUntilItIsAnswered() {
            var c = agreed();
            for (int i = 0; i < AckPolicy.QUICK; i++) {
                c.peer.sends(data(100));
                c.stack.answers(ack());
            }
            c.peer.sends(data(100));
            c.stack.isSilent();                      // the second one would be acknowledged, or after 40 ms
            c.peer.sends(data(100).ce());
            c.stack.answers(ack().ece());
            c.peer.sends(data(1_000));
            c.peer.sends(data(1_000));
            c.stack.answers(ack().ece());
            c.stack.writes("x");
            c.stack.answers(data("x").ece());
            c.peer.sends(data(100).cwr());
            c.stack.answers(ack());
            assertThat(c.tally.of(TcpEvent.CONGESTION_EXPERIENCED)).isEqualTo(1);
        }

        /** Otherwise the window of the peer, which may be a single segment, would wait for the delayed ACK. */
        @Test
        void acknowledgesTheAnswerAtOnce() {
            var c = agreed();
            for (int i = 0; i < AckPolicy.QUICK; i++) {
                c.peer.sends(data(100));
                c.stack.says();
            }
            c.peer.sends(data(100).ce());
            c.stack.answers(ack().ece());
            c.peer.sends(data(100).cwr());
            c.stack.answers(ack());
        }

        @Test
        void goesOnEchoingWhenTheAnswerItselfWasMarked() {
            var c = agreed();
            c.peer.sends(data(100).ce());
            c.stack.answers(ack().ece());
            c.peer.sends(data(100).cwr().ce());
            c.stack.answers(ack().ece());
        }

        /** D6: of ACKs that wait for the end of a batch each says what held when its segment came. */
        @Test
        void doesNotMergeAcksThatDifferInTheEcho() {
            var c = agreed();
            c.peer.sends(data(100).ce());
            c.peer.sends(data(100).cwr());
            c.peer.sends(data(100).ce());
            c.stack.answers(ack().ack(201).ece(), ack().ack(301), ack().ack(401).ece());
        }

        @Test
        void echoesAMarkOnASegmentBehindAHole() {
            var c = agreed();
            c.peer.sends(data(100).seq(301).ce());
            c.stack.answers(ack().ack(101).ece().sack(301, 401));
        }

        /** §6.1.5: what lies outside the window may come from anybody. */
        @Test
        void believesNoMarkOutsideTheWindow() {
            var c = agreed();
            c.peer.sends(data(100));
            c.stack.answers(ack());
            c.peer.sends(data(100).seq(101).ce());
            c.stack.answers(ack().ack(201));
        }

        @Test
        void believesNoMarkOnAPureAck() {
            var c = agreed();
            c.peer.sends(ack().ce());
            c.peer.sends(data(100));
            c.stack.answers(ack());
        }
    }

    /** §6.1.2: the sender. */
    @Nested
    class Reaction {

        @ParameterizedTest
        @CsvSource({"NEW_RENO, 5000", "CUBIC, 7000"})
        void reducesTheWindowAsForALossAndSaysSo(CongestionAlgorithm algorithm, int reduced) {
            // and not by the factor of RFC 8511
            var c = agreed(algorithm, 10);
            c.peer.sends(ack().ack(2001).ece());
            assertThat(control(c).ssthresh()).isEqualTo(reduced);
            assertThat(phase(c)).isEqualTo(Recovery.Phase.CWR);
            assertThat(c.tally.of(TcpEvent.CONGESTION_ECHOED)).isEqualTo(1);
            assertThat(c.tally.of(TcpEvent.RETRANSMITTED)).isZero();
            c.stack.writes(2_000);
            c.stack.answers(data(1000).seq(11_001).ect().cwr());
        }

        /** RFC 9937 §6: what leaves follows what arrives, half of it for NewReno; not a pause of half a round trip and then all. */
        @Test
        void bringsTheFlightDownEvenly() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 10);
            c.stack.writes(20_000);
            c.peer.sends(ack().ack(2001).ece());
            int sent = c.stack.says();
            for (int i = 3; i <= 10; i++) {
                c.stack.waits(10);
                c.peer.sends(ack().ack(1000 * i + 1).ece());
                sent += c.stack.says();
                assertThat(sent).isLessThanOrEqualTo(i / 2 + 1);
            }
            assertThat(sent).isEqualTo(4);
            c.peer.sends(ack().ack(11_001));
            assertThat(phase(c)).isEqualTo(Recovery.Phase.OPEN);
            assertThat(control(c).ssthresh()).isEqualTo(5_000);
        }

        @Test
        void reducesOnceInARoundTrip() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 10);
            c.stack.writes(10_000);
            for (int i = 2; i <= 11; i++) {
                c.peer.sends(ack().ack(1000 * i + 1 - 1000).ece());
                c.stack.says();
            }
            c.peer.sends(ack().ack(11_001).ece());   // all that was out when the window was reduced, and nothing since
            c.stack.says();
            assertThat(c.tally.of(TcpEvent.CONGESTION_ECHOED)).isEqualTo(1);
            assertThat(control(c).ssthresh()).isEqualTo(5_000);
        }

        @Test
        void reducesAgainForAMarkOfTheNextRoundTrip() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 10);
            c.stack.writes(10_000);
            c.peer.sends(ack().ack(2001).ece());
            c.stack.says();
            c.peer.sends(ack().ack(11_001));
            c.stack.says();
            c.peer.sends(ack().ack(12_001).ece());
            assertThat(c.tally.of(TcpEvent.CONGESTION_ECHOED)).isEqualTo(2);
            assertThat(control(c).ssthresh()).isLessThan(5_000);
        }

        @ParameterizedTest
        @CsvSource({"false, 2000", "true, 1000"})
        void doesNotGrowByAnAckThatEchoes(boolean echo, int window) {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 4);
            c.stack.waits(1_000);
            c.stack.says();
            assertThat(phase(c)).isEqualTo(Recovery.Phase.TIMEOUT);
            assertThat(control(c).cwnd()).isEqualTo(1000);
            c.peer.sends(echo ? ack().ack(2001).ece() : ack().ack(2001));
            assertThat(control(c).cwnd()).isEqualTo(window);
        }

        @Test
        void ignoresTheEchoOfAPeerThatDidNotAgree() {
            var c = Conversation.modern(100, x -> x);
            c.stack.writes(5_000);
            c.stack.says();
            c.peer.sends(ack().ack(2001).ece());
            assertThat(phase(c)).isEqualTo(Recovery.Phase.OPEN);
            c.stack.writes(1_000);
            c.stack.answers(data(1000).notEct());
        }

        @Test
        void ignoresAnEchoOfNothing() {
            var c = agreed();
            c.peer.sends(ack().ece());
            assertThat(c.tally.of(TcpEvent.CONGESTION_ECHOED)).isZero();
        }

        /** §6.1.2: "any reason (because of a retransmit timeout, a Fast Retransmit, or in response to an ECN Notification)". */
        @Test
        void saysSoAfterATimeOutToo() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 1);
            c.stack.waits(1_000);
            assertThat(c.stack.says()).isPositive();
            c.peer.sends(ack().ack(2001));
            c.stack.writes(500);
            c.stack.answers(data(500).ect().cwr());
        }

        @Test
        void saysSoAgainWhenTheSegmentDidNotLeaveThisHost() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 10);
            c.peer.sends(ack().ack(2001).ece());
            c.stack.writes(1_000);
            var out = new TcpSegment();
            assertThat(c.stack.connection().poll(c.stack.now(), out)).isTrue();
            assertThat(out.has(TcpFlags.CWR)).isTrue();
            c.stack.connection().localDrop(c.stack.now(), out);
            c.stack.connection().deviceReady(c.stack.now());
            c.stack.answers(data(1000).seq(11_001).ect().cwr());
        }

        /** A loss within the round trip of the reduction is repaired, but not answered a second time. */
        @Test
        void doesNotReduceAgainForALossInTheSameRoundTrip() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 10);
            c.peer.sends(ack().ack(2001).ece());
            c.peer.sends(ack().ack(2001).sack(3001, 7001).ece());
            assertThat(phase(c)).isEqualTo(Recovery.Phase.FAST);
            assertThat(control(c).ssthresh()).isEqualTo(5_000);
            c.stack.answers(data(1000).seq(2001).notEct());
        }

        /** RFC 3708 §2.1 takes back what was done for a loss that was none; the mark was one. */
        @Test
        void takesNoReductionBackThatAMarkHadCalledFor() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 10);
            c.peer.sends(ack().ack(1001).sack(2001, 7001).ece());
            c.stack.answers(data(1000).seq(1001));
            c.stack.waits(10);
            c.peer.sends(ack().ack(11_001).sack(1001, 2001));
            assertThat(c.tally.of(TcpEvent.UNDO_BY_DSACK) + c.tally.of(TcpEvent.UNDO_BY_TIMESTAMP)).isPositive();
            assertThat(phase(c)).isEqualTo(Recovery.Phase.OPEN);
            assertThat(control(c).cwnd()).isLessThanOrEqualTo(6_000);
            c.stack.writes(500);
            c.stack.answers(data(500).cwr());
        }

        @Test
        void takesBackWhatWasReducedForALossThatWasNoneAndDoesNotTellOfIt() {
            var c = agreed(CongestionAlgorithm.NEW_RENO, 10);
            c.peer.sends(ack().ack(1001).sack(2001, 7001));
            c.stack.answers(data(1000).seq(1001));
            c.stack.waits(10);
            c.peer.sends(ack().ack(11_001).sack(1001, 2001));
            assertThat(control(c).cwnd()).isGreaterThanOrEqualTo(10_000);
            c.stack.writes(500);
            c.stack.answers(data(500).ect());
        }
    }

    /** BBR has a model and no window to halve; what it makes of a mark is in BbrTest. */
    @Test
    void tellsBbrOnceInARoundTripAndThePeerThatItHas() {
        var c = agreed(CongestionAlgorithm.BBR, 10);
        c.peer.sends(ack().ack(2001).ece());
        assertThat(phase(c)).as("its model rules").isEqualTo(Recovery.Phase.OPEN);
        c.peer.sends(ack().ack(3001).ece());
        assertThat(c.tally.of(TcpEvent.CONGESTION_ECHOED)).isEqualTo(1);
        c.peer.sends(ack().ack(7001).ece());
        c.stack.writes(1_000);
        c.stack.waits(50);
        c.stack.answers(data(1000).cwr());
    }
}
