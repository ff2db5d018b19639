package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.connecting;
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
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import org.junit.jupiter.api.Test;

/** RFC 7323 §3 to §5, RFC 6691, RFC 6191. The clock of the stack shows 5 at the beginning, the peer's −15. */
class TimestampsTest {

    private static final int OFFSET = 1_000_000;
    private static final long DAY_MILLIS = 24L * 3600 * 1000;

    private static TcpConfig off(TcpConfig config) {
        return config.withExtensions(TcpExtensions.NONE);
    }

    // ---- RFC 7323 §3.2: negotiation

    @Test
    void offersTimestampsWithItsOffsetInTheSyn() {
        var c = connecting(x -> x.withExtensions(new TcpExtensions(true, OFFSET, false, EcnMode.OFF)));
        c.stack.answers(syn().timestamps(OFFSET + 5, 0));
        c.peer.sends(synAck().timestamps(77, OFFSET + 5));
        c.stack.answers(ack().timestamps(OFFSET + 5, 77));
    }

    @Test
    void offersNothingWhenTurnedOff() {
        var c = connecting(TimestampsTest::off);
        c.stack.answers(syn().bare());
        c.peer.sends(synAck().timestamps(77, 0));
        c.stack.answers(ack().bare());
    }

    @Test
    void agreesInItsSynAckToWhatThePeerOffers() {
        var c = listening(x -> x);
        c.peer.sends(syn().timestamps(77, 0));
        c.stack.answers(synAck().timestamps(5, 77));
    }

    @Test
    void doesNotAgreeToWhatWasNotOfferedOrIsTurnedOff() {
        var plain = listening(x -> x);
        plain.peer.sends(syn());
        plain.stack.answers(synAck().bare());
        var turnedOff = listening(TimestampsTest::off);
        turnedOff.peer.sends(syn().timestamps(77, 0));
        turnedOff.stack.answers(synAck().bare());
    }

    /** RFC 7323 §3.2, §5.4. */
    @Test
    void putsTimestampsIntoResets() {
        var c = modern();
        c.stack.aborts();
        c.stack.answers(Seg.rstAck().timestamps(5, null));
    }

    @Test
    void dropsSegmentsThatLackAnAgreedTimestampSilently() {
        var c = modern();
        c.peer.sends(data("bare").bare().seq(101));
        c.stack.isSilent();
        assertThat(c.stack.connection().readable()).isZero();
        assertThat(c.tally.of(TcpDiscard.NO_TIMESTAMP)).isEqualTo(1);
        c.peer.sends(data("good").seq(101));
        c.stack.reads("good");
    }

    /** RFC 9293 §3.5.1, figure 9: a peer that has forgotten the connection and offers no timestamps this time finds out by the challenge. */
    @Test
    void challengesASynThatLacksATimestamp() {
        var c = modern();
        c.peer.sends(syn().bare().seq(77_000_000));
        c.stack.answers(ack().ack(101));
        c.peer.sends(syn().bare().seq(101));
        c.stack.answers(ack().ack(101));
        c.peer.sends(rst().bare().seq(101));
        c.stack.hasFailed(TcpFailure.RESET);
    }

    @Test
    void takesAResetThatLacksATimestamp() {
        var c = modern();
        c.peer.sends(rst().bare().seq(101));
        c.stack.hasFailed(TcpFailure.RESET);
    }

    // ---- RFC 9293 §3.7.1, RFC 6691: the MSS counts no options, segments do

    /** RFC 6691 §2. */
    @Test
    void announcesTheMssWithoutOptionsAndSendsSegmentsWithThem() {
        var c = listening(x -> x);
        c.peer.sends(syn().mss(1012).timestamps());
        c.stack.answers(synAck().mss(1460));
        c.peer.sends(ack());
        c.stack.writes(2_000);
        c.stack.answers(data(1000), data(1000));
    }

    @Test
    void sendsFullSegmentsWhereNoTimestampsAreAgreed() {
        var c = established();
        c.stack.writes(2_000);
        c.stack.answers(data(1000), data(1000));
        assertThat(c.stack.connection().info().sendMss()).isEqualTo(1000);
    }

    // ---- RFC 7323 §4.3: which timestamp is echoed

    @Test
    void echoesTheFirstOfTheSegmentsThatADelayedAckAnswers() {
        var c = modern();
        for (int i = 0; i < AckPolicy.QUICK; i++) {
            c.peer.sends(data(1000));
        }
        c.stack.says();
        c.stack.read(AckPolicy.QUICK * 1000);
        c.stack.says();
        c.peer.sends(data(1000).timestamps(500, null));
        c.stack.isSilent();
        c.peer.sends(data(1000).timestamps(501, null));
        c.stack.answers(ack().timestamps(null, 500));
    }

    @Test
    void echoesTheLastInOrderWhileThereIsAHole() {
        var c = modern();
        c.peer.sends(data("a").timestamps(500, null));
        c.stack.answers(ack().timestamps(null, 500));
        c.peer.sends(data("c").seq(103).timestamps(501, null));
        c.stack.answers(ack().ack(102).timestamps(null, 500));
        c.peer.sends(data("b").seq(102).timestamps(502, null));
        c.stack.answers(ack().ack(104).timestamps(null, 502));
    }

    // ---- RFC 7323 §5: PAWS

    /** RFC 7323 §5.3, R1; §5.2. */
    @Test
    void dropsAnOldTimestampAndAnswers() {
        var c = modern();
        c.peer.sends(data("new").timestamps(500, null));
        c.stack.answers(ack());
        c.peer.sends(data("old").timestamps(499, null).seq(104));
        c.stack.answers(ack().ack(104));
        c.stack.reads("new");
        assertThat(c.tally.of(TcpDiscard.OLD_TIMESTAMP)).isEqualTo(1);
    }

    /** RFC 7323 §5.2 and §5.3. */
    @Test
    void takesAnEqualTimestampAndOneAfterTheWrap() {
        var c = modern();
        c.peer.sends(data("a").timestamps(-1, null));
        c.peer.sends(data("b").timestamps(-1, null));
        c.peer.sends(data("c").timestamps(3, null));
        c.stack.reads("abc");
    }

    /** RFC 7323 §5.2: PAWS does not apply to RST. */
    @Test
    void neverDropsAResetForItsAge() {
        var c = modern();
        c.peer.sends(data("new").timestamps(500, null));
        c.peer.sends(rst().timestamps(1, null).seq(104));
        c.stack.hasFailed(TcpFailure.RESET);
    }

    /** RFC 7323 §5.5. */
    @Test
    void forgetsTheTimestampAfterTwentyFourDays() {
        var c = modern();
        c.peer.sends(data("new").timestamps(500, null));
        c.stack.says();
        c.stack.waits(23 * DAY_MILLIS);
        c.peer.sends(data("x").timestamps(499, null).seq(104));
        c.stack.reads("new");
        c.stack.waits(2 * DAY_MILLIS);
        c.peer.sends(data("y").timestamps(499, null).seq(104));
        c.stack.reads("y");
        c.peer.sends(data("z").timestamps(498, null).seq(105));
        c.stack.reads("");
    }

    /** RFC 7323 §5.3; RFC 5961 §5.2. */
    @Test
    void learnsNothingFromASegmentWhoseAckIsOfAnotherTime() {
        var c = modern();
        c.peer.sends(data("forged").timestamps(1 << 30, null).seq(101).ack(1001 + (1 << 30)));
        assertThat(c.tally.of(TcpDiscard.ACK_OF_UNSENT)).isEqualTo(1);
        c.peer.sends(data("true").seq(101));
        c.stack.reads("true");
    }

    // ---- RFC 7323 §4.1: round trips

    /** RFC 6298 §3: with timestamps Karn need not apply. */
    @Test
    void measuresTheRoundTripOfWhatWasSentTwice() {
        var c = modern();
        c.stack.writes("lost");
        c.stack.says();
        c.stack.waits(650);                          // a tail loss probe, and a time-out
        c.stack.says();
        long backedOff = c.stack.connection().info().rtoNanos();
        c.stack.waits(30);
        c.peer.sends(ack());
        assertThat(c.stack.connection().info().rtoNanos()).as("the echo tells which of them is answered").isLessThan(backedOff);
    }

    @Test
    void doesNotBelieveAnEchoOfWhatItNeverSent() {
        var c = modern();
        c.stack.writes("lost");
        c.stack.says();
        c.stack.waits(650);                          // a tail loss probe, and a time-out
        c.stack.says();
        long backedOff = c.stack.connection().info().rtoNanos();
        c.peer.sends(ack().timestamps(null, c.peer.tsSeen + 10_000));
        assertThat(c.stack.connection().info().rtoNanos()).as("of the future").isEqualTo(backedOff);
    }

    /** RFC 7323 §5.3, R2: what a duplicate brings is not echoed. */
    @Test
    void measuresNothingWhenTheEchoIsOldBecauseADuplicateIsAnswered() {
        var c = modern();
        c.stack.writes("lost");
        c.stack.says();
        int first = c.peer.tsSeen;
        c.stack.waits(650);                          // a tail loss probe, and a time-out
        c.stack.says();
        long backedOff = c.stack.connection().info().rtoNanos();
        c.peer.sends(ack().timestamps(null, first).sack(1001, 1005));
        assertThat(c.stack.connection().info().rtoNanos()).isEqualTo(backedOff);
    }

    // ---- RFC 6191: TIME-WAIT gives way to what is later

    private static Conversation inTimeWait(boolean timestamps) {
        var c = timestamps ? modern() : established();
        c.stack.closes();
        c.stack.answers(fin());
        c.peer.sends(timestamps ? fin().timestamps(500, null) : fin());
        c.stack.answers(ack());
        c.stack.is(TcpState.TIME_WAIT);
        return c;
    }

    private static boolean reopens(Conversation c, int seq, Integer tsVal) {
        var in = new TcpSegment();
        in.flags = dev.weft.wire.TcpFlags.SYN;
        in.seq = seq;
        in.timestamps = tsVal != null;
        in.tsVal = tsVal == null ? 0 : tsVal;
        return c.stack.connection().mayBeReopenedBy(in);
    }

    /** RFC 6191 §2. */
    @Test
    void givesWayToALaterTimestampWhateverTheNumber() {
        var c = inTimeWait(true);
        assertThat(reopens(c, 50, 501)).isTrue();
        assertThat(reopens(c, 5_000, 499)).isFalse();
    }

    /** RFC 6191 §2. */
    @Test
    void looksAtTheNumberWhenTheTimestampIsTheSameOrMissing() {
        var c = inTimeWait(true);
        assertThat(reopens(c, 5_000, 500)).isTrue();
        assertThat(reopens(c, 50, 500)).isFalse();
        assertThat(reopens(c, 5_000, null)).isTrue();
        assertThat(reopens(c, 50, null)).isFalse();
    }

    /** RFC 6191 §2. */
    @Test
    void givesWayToTimestampsWhereTheOldConnectionHadNone() {
        var c = inTimeWait(false);
        assertThat(reopens(c, 50, 1)).isTrue();
        assertThat(reopens(c, 50, null)).isFalse();
    }
}
