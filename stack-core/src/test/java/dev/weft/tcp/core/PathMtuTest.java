package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.listening;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long segments are, and what routers say about it: RFC 9293 §3.7.1, RFC 6691, RFC 1191 §6, RFC 5927. The peer's MSS is 1000. */
class PathMtuTest {

    private static int mss(Conversation c) {
        return c.stack.connection().info().sendMss();
    }

    private static int pathMtu(Conversation c) {
        return c.stack.connection().info().pathMtu();
    }

    private static void routerSays(Conversation c, int mtu, int quotedSeq) {
        if (c.stack.connection().isInFlight(quotedSeq)) {
            c.stack.connection().packetTooBig(c.stack.now(), mtu);
        }
    }

    /** A peer with these options in its SYN, and a stack behind a link with this MTU. */
    private static Conversation on(int linkMtu, Seg syn, UnaryOperator<TcpConfig> change) {
        var c = listening(x -> change.apply(x.withPath(linkMtu, 20)));
        c.peer.window(60_000);
        c.peer.sends(syn);
        c.stack.answers(synAck().mss(linkMtu - 40));
        c.peer.sends(ack());
        c.stack.isSilent();
        return c;
    }

    // ---- the size of segments

    @Test
    @DisplayName("RFC 9293 §3.7.1: segments are as long as the peer takes and the path takes, whichever is less")
    void sendsWhatPeerAndPathTake() {
        assertThat(mss(on(1500, syn().mss(1000), x -> x))).as("the peer").isEqualTo(1000);
        assertThat(mss(on(1500, syn().mss(9000), x -> x))).as("the link").isEqualTo(1460);
        assertThat(mss(on(1500, syn(), x -> x))).as("MUST-15").isEqualTo(536);
        assertThat(mss(on(65_535, syn().mss(65_495), x -> x))).as("jumbo").isEqualTo(65_495);
        assertThat(mss(on(1500, syn().mss(0), x -> x))).as("a peer that takes nothing").isEqualTo(48);
    }

    @Test
    @DisplayName("RFC 6691 §2: options that each segment carries come off what is sent, not off what is announced")
    void takesOptionsOffWhatItSends() {
        assertThat(mss(on(1500, syn().mss(1460).timestamps(), x -> x))).isEqualTo(1448);
    }

    @Test
    @DisplayName("RFC 791 §3.2: a link of 68 bytes carries text and acknowledgements, with as many SACK blocks as fit")
    void worksOnATinyLink() {
        var c = on(68, syn().mss(1460).timestamps().sackPermitted(), x -> x);
        assertThat(mss(c)).isEqualTo(16);
        c.stack.writes(40);
        c.stack.answers(data(16), data(16), data(8));
        c.peer.sends(ack());
        for (int i = 1; i <= 3; i++) {
            c.peer.sends(data("x").seq(101 + 2 * i));
        }
        var out = new TcpSegment();
        while (c.stack.connection().poll(c.stack.now(), out)) {
            assertThat(40 + TcpSegmentCodec.optionBytes(false, true, out.sackCount)).as("a packet").isLessThanOrEqualTo(68);
            assertThat(out.sackCount).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("RFC 1191 §6.3: once the path takes more, segments grow, but never beyond what the peer takes")
    void growsWithThePath() {
        var c = established();
        c.stack.connection().mtuChanged(c.stack.now(), 600);
        assertThat(mss(c)).isEqualTo(560);
        assertThat(pathMtu(c)).isEqualTo(600);
        c.stack.connection().mtuChanged(c.stack.now(), 9000);
        assertThat(mss(c)).isEqualTo(1000);
        assertThat(pathMtu(c)).isEqualTo(9000);
        c.stack.writes(2_000);
        c.stack.answers(data(1000), data(1000));
    }

    // ---- refused by a router

    @Test
    @DisplayName("RFC 1191 §6.5: what a router refused leaves again at once, one segment first, the rest when it has arrived; cwnd stays")
    void sendsAgainAtOnceInShorterSegments() {
        var c = established();
        c.stack.writes(4_000);
        c.stack.answers(data(1000), data(1000), data(1000), data(1000));
        int cwnd = c.stack.connection().info().cwnd();
        routerSays(c, 740, 1001);
        c.stack.answers(data(700).seq(1001));
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(cwnd);
        assertThat(c.stack.connection().info().ssthresh()).as("no congestion").isEqualTo(Integer.MAX_VALUE);
        assertThat(c.tally.of(TcpEvent.MTU_LOWERED)).isEqualTo(1);
        c.peer.sends(ack().ack(1701));
        c.stack.answers(data(700).seq(1701), data(700).seq(2401), data(700).seq(3101), data(700).seq(3801), data(500).seq(4501));
        c.peer.sends(ack().ack(5001));
        assertThat(c.stack.connection().info().cwnd()).isGreaterThanOrEqualTo(cwnd);
        assertThat(c.tally.of(TcpEvent.FAST_RECOVERY) + c.tally.of(TcpEvent.RETRANSMISSION_TIMEOUT)).isZero();
    }

    @Test
    @DisplayName("RFC 1191 §6.5: several messages about one flight have it sent again once")
    void sendsAFlightAgainOnce() {
        var c = established();
        c.stack.writes(4_000);
        c.stack.says();
        routerSays(c, 740, 1001);
        assertThat(c.stack.says()).isEqualTo(1);
        routerSays(c, 740, 2001);
        routerSays(c, 740, 3001);
        c.stack.isSilent();
        c.peer.sends(ack().ack(1701));
        assertThat(c.stack.says()).isEqualTo(5);
        routerSays(c, 740, 4001);
        c.stack.isSilent();
        assertThat(c.tally.of(TcpEvent.MTU_LOWERED)).isEqualTo(1);
    }

    @Test
    @DisplayName("RFC 1191 §6.5: a second router on the way with still less is believed as well")
    void goesDownInSteps() {
        var c = established();
        c.stack.writes(2_000);
        c.stack.says();
        routerSays(c, 740, 1001);
        c.stack.answers(data(700).seq(1001));
        routerSays(c, 640, 1001);
        c.stack.answers(data(600).seq(1001));
        c.peer.sends(ack().ack(1601));
        c.stack.answers(data(600), data(600), data(200));
    }

    @Test
    @DisplayName("RFC 5927 §4.1: a message that quotes nothing in flight is ignored")
    void believesOnlyWhatIsAboutSomethingInFlight() {
        var c = established();
        c.stack.writes(2_000);
        c.stack.says();
        routerSays(c, 700, 1000);
        routerSays(c, 700, 3001);
        c.stack.isSilent();
        assertThat(mss(c)).isEqualTo(1000);
        assertThat(c.tally.of(TcpDiscard.ICMP_NOT_IN_FLIGHT)).isEqualTo(2);
        routerSays(c, 700, 3000);
        assertThat(mss(c)).as("the last byte").isEqualTo(660);
    }

    @Test
    @DisplayName("RFC 1191 §6.5: a connection that hears of the path from another one goes on with shorter segments, and sends again when told itself")
    void waitsForItsOwnMessage() {
        var c = established();
        c.stack.writes(2_000);
        c.stack.says();
        c.stack.connection().mtuChanged(c.stack.now(), 740);
        c.stack.isSilent();
        c.stack.writes(1_000);
        c.stack.answers(data(700).seq(3001), data(300).seq(3701));
        routerSays(c, 740, 1001);
        c.stack.answers(data(700).seq(1001));
    }

    @Test
    @DisplayName("RFC 1191 §6.5: what was short enough is not sent again")
    void leavesShortSegmentsAlone() {
        var c = established(x -> x.withNoDelay(true));
        c.stack.writes(300);
        c.stack.answers(data(300));
        c.stack.waits(1);
        c.stack.writes(1_000);
        c.stack.answers(data(1000).seq(1301));
        c.stack.waits(1);
        c.stack.writes(200);
        c.stack.answers(data(200).seq(2301));
        routerSays(c, 740, 1301);
        c.peer.sends(ack().ack(1301));
        c.stack.answers(data(700).seq(1301), data(300).seq(2001));
    }

    @Test
    @DisplayName("the one segment that tries the new size is repeated by the timer, if it is lost, and nothing hangs")
    void survivesTheLossOfTheFirstShorterSegment() {
        var c = established();
        c.stack.writes(4_000);
        c.stack.says();
        routerSays(c, 740, 1001);
        c.stack.answers(data(700).seq(1001));
        c.stack.waits(201);
        c.stack.answers(data(700).seq(1001));
        c.peer.sends(ack().ack(1701));
        c.stack.answers(data(700), data(700));
    }

    @Test
    @DisplayName("a segment that the device had no room for does not count as the one that tries the new size")
    void triesAgainWhatDidNotLeave() {
        var c = established();
        c.stack.writes(4_000);
        c.stack.says();
        c.stack.connection().packetTooBig(c.stack.now(), 740);
        var out = new TcpSegment();
        assertThat(c.stack.connection().poll(c.stack.now(), out)).isTrue();
        c.stack.connection().localDrop(c.stack.now(), out);
        c.stack.connection().deviceReady(c.stack.now());
        c.stack.answers(data(700).seq(1001));
    }
}
