package dev.weft.tcp.core.open;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.runtime.Randomness;
import dev.weft.tcp.core.CookieHandshake;
import dev.weft.tcp.core.TcpConfig;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.TcpInfo;
import dev.weft.tcp.core.TcpState;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.Timestamps;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** RFC 4987 §3.6: the number that remembers, the timestamp that remembers, and the connection that is made of both. */
class SynCookiesTest {

    private static final long PERIOD = SynCookies.PERIOD;
    private static final long MILLISECOND = 1_000_000L;
    private static final int OFFSET = 0x7fff_fff0;                   // the clock of the stack wraps soon

    private final SynCookies cookies = new SynCookies(Randomness.seeded(1));

    private int make(long now, int port, int synSeq, int mss) {
        return cookies.make(now, 0, 10, 0, 20, port, synSeq, mss);
    }

    private int check(long now, int port, int synSeq, int iss) {
        return cookies.check(now, 0, 10, 0, 20, port, synSeq, iss);
    }

    // ---- the number

    @Property(tries = 300)
    void bringsTheMssBackRoundedDown(@ForAll @LongRange(min = 0, max = Long.MAX_VALUE / 2) long now, @ForAll int port,
                                     @ForAll int synSeq, @ForAll @IntRange(min = 0, max = 65_535) int mss) {
        int back = check(now, port, synSeq, make(now, port, synSeq, mss));
        assertThat(back).isGreaterThanOrEqualTo(48).isLessThanOrEqualTo(Math.max(48, mss));
        assertThat(back).as("no more is lost than the table is coarse").isGreaterThanOrEqualTo(Math.min(8960, mss) * 2 / 13);
    }

    @Test
    void keepsTheSizesThatLinksHave() {
        for (int mss : new int[] {536, 1220, 1440, 1460, 8960}) {
            assertThat(check(0, 1, 2, make(0, 1, 2, mss))).isEqualTo(mss);
        }
    }

    @Test
    void isGoodInItsPeriodAndTheNextAndNoLonger() {
        int cookie = make(PERIOD / 2, 1, 2, 1460);
        assertThat(check(2 * PERIOD - 1, 1, 2, cookie)).isEqualTo(1460);
        assertThat(check(2 * PERIOD, 1, 2, cookie)).isZero();
    }

    @Test
    void isNotGoodAgainWhenTheCountOfPeriodsHasWrapped() {
        int cookie = make(0, 1, 2, 1460);
        assertThat(check(256 * PERIOD, 1, 2, cookie)).isZero();
        assertThat(check(257 * PERIOD, 1, 2, cookie)).isZero();
        int last = make(255 * PERIOD, 1, 2, 1460);
        assertThat(check(256 * PERIOD, 1, 2, last)).as("the next period, whose eight bits are 0").isEqualTo(1460);
    }

    @Test
    void isGoodForNoOtherConnectionAndNoOtherSyn() {
        int cookie = make(0, 1, 2, 1460);
        assertThat(check(0, 2, 2, cookie)).as("port").isZero();
        assertThat(check(0, 1, 3, cookie)).as("number of the SYN").isZero();
        assertThat(cookies.check(0, 0, 11, 0, 20, 1, 2, cookie)).as("remote address").isZero();
        assertThat(cookies.check(0, 1, 10, 0, 20, 1, 2, cookie)).as("its upper half").isZero();
        assertThat(cookies.check(0, 0, 10, 0, 21, 1, 2, cookie)).as("local address").isZero();
        assertThat(new SynCookies(Randomness.seeded(2)).check(0, 0, 10, 0, 20, 1, 2, cookie)).as("key").isZero();
    }

    /** 16 of 2^32 numbers are good: in a million tries one in 270. */
    @Test
    void isNotGuessed() {
        var random = new Random(1);
        int taken = 0;
        for (int i = 0; i < 1_000_000; i++) {
            taken += check(0, 1, 2, random.nextInt()) > 0 ? 1 : 0;
        }
        assertThat(taken).isLessThanOrEqualTo(1);
    }

    /** RFC 6528 §3: what one connection shows says nothing about the numbers of another. */
    @Test
    void numbersOfNeighboursAreFarApart() {
        int near = 0;
        for (int port = 0; port < 1_000; port++) {
            near += Math.abs(make(0, port, 2, 1460) - make(0, port + 1, 2, 1460)) < 1 << 20 ? 1 : 0;
        }
        assertThat(near).isLessThan(5);
    }

    // ---- the timestamp

    private static TcpConfig config(TcpMemory memory) {
        return TcpConfig.of(memory, TcpCounters.NONE).withExtensions(new TcpExtensions(true, OFFSET, true, EcnMode.ACCEPT));
    }

    private static TcpSegment syn(boolean timestamps, boolean sack, int scale) {
        var syn = new TcpSegment();
        syn.flags = TcpFlags.SYN;
        syn.seq = 100;
        syn.mss = 1000;
        syn.timestamps = timestamps;
        syn.tsVal = 77;
        syn.sackPermitted = sack;
        syn.windowScale = scale;
        return syn;
    }

    private static TcpSegment ackOf(TcpSegment synAck, String text) {
        var ack = new TcpSegment();
        ack.flags = TcpFlags.ACK;
        ack.seq = synAck.ack;
        ack.ack = synAck.seq + 1;
        ack.window = 1_000;
        ack.timestamps = synAck.timestamps;
        ack.tsVal = 78;
        ack.tsEcr = synAck.tsVal;
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ack.payload.add(MemorySegment.ofArray(bytes), 0, bytes.length);
        return ack;
    }

    @Property(tries = 300)
    void remembersWindowScaleAndSackInATimestampThatIsNotAheadOfTheClock(
            @ForAll @LongRange(min = 0, max = 1L << 50) long now, @ForAll boolean sack,
            @ForAll @IntRange(min = -1, max = 20) int scale, @ForAll boolean ecn) {
        var config = config(null);
        var synAck = new TcpSegment();
        TcpSegment syn = syn(true, sack, scale);
        syn.flags |= ecn ? TcpFlags.ECE | TcpFlags.CWR : 0;
        CookieHandshake.answer(config, OFFSET, now, 5_000, syn, synAck);
        int behind = Seq.diff(Timestamps.clock(now, OFFSET), synAck.tsVal);
        assertThat(behind).isBetween(0, 127);
        assertThat(synAck.tsEcr).isEqualTo(77);
        assertThat(synAck.sackPermitted).isEqualTo(sack);
        assertThat(synAck.flags).as("RFC 3168 §6.1.1").isEqualTo(TcpFlags.SYN | TcpFlags.ACK | (ecn ? TcpFlags.ECE : 0));
        assertThat(synAck.windowScale == TcpSegment.ABSENT).isEqualTo(scale == -1);
        var recalled = new TcpSegment();
        assertThat(CookieHandshake.recall(config, now + PERIOD, 1000, ackOf(synAck, ""), recalled)).isTrue();
        assertThat(recalled.sackPermitted).isEqualTo(sack);
        assertThat(recalled.flags).isEqualTo(syn.flags);
        assertThat(recalled.windowScale).isEqualTo(Math.min(14, scale));
    }

    /** Some cases of the property, always the same: what mutation testing runs in its place. */
    @Test
    void remembersEachCombinationOfOptions() {
        for (long now : new long[] {0, 63 * MILLISECOND, 12_345_678_901L, 1L << 50}) {
            for (int scale : new int[] {-1, 0, 7, 14, 15, 20}) {
                remembersWindowScaleAndSackInATimestampThatIsNotAheadOfTheClock(now, true, scale, false);
                remembersWindowScaleAndSackInATimestampThatIsNotAheadOfTheClock(now, false, scale, true);
            }
        }
    }

    /** RFC 4987 §3.6: segments are used again, so each says only what belongs to this handshake. */
    @Test
    void takesNothingFromWhatWasInTheSegmentsBefore() {
        var config = config(null);
        var used = syn(true, true, 7);
        used.sackCount = 3;
        CookieHandshake.answer(config, OFFSET, 0, 5_000, syn(false, true, 7), used);
        assertThat(used.timestamps || used.sackPermitted).isFalse();
        assertThat(used.windowScale).isEqualTo(TcpSegment.ABSENT);
        assertThat(used.sackCount).isZero();
        var synAck = new TcpSegment();
        CookieHandshake.answer(config, OFFSET, 0, 5_000, syn(false, true, 7), synAck);
        var recalled = syn(true, true, 7);
        assertThat(CookieHandshake.recall(config, 0, 1000, ackOf(synAck, ""), recalled)).isTrue();
        assertThat(recalled.timestamps || recalled.sackPermitted).isFalse();
        assertThat(recalled.seq).isEqualTo(100);
        assertThat(recalled.mss).isEqualTo(1000);
    }

    /** RFC 7323 §5.3, as for PAWS: an echo is of the time between the cookie's making and its end, both included. */
    @Test
    void takesAnEchoOfItsLifeAndNoOther() {
        var config = config(null);
        long now = 10 * PERIOD;
        TcpSegment ack = ackOf(syn(true, true, 7), "");
        int clock = Timestamps.clock(now, OFFSET);
        int oldest = (int) (2 * PERIOD / Timestamps.TICK) + 128;
        for (int age : new int[] {0, 1, oldest}) {
            ack.tsEcr = clock - age;
            assertThat(CookieHandshake.recall(config, now, 1000, ack, new TcpSegment())).isTrue();
        }
        for (int age : new int[] {-1, oldest + 1}) {
            ack.tsEcr = clock - age;
            assertThat(CookieHandshake.recall(config, now, 1000, ack, new TcpSegment())).isFalse();
        }
    }

    @Test
    void offersNeitherScaleNorSackWhereThereIsNoTimestampToRememberThemBy() {
        var synAck = new TcpSegment();
        CookieHandshake.answer(config(null), OFFSET, 0, 5_000, syn(false, true, 7), synAck);
        assertThat(synAck.timestamps || synAck.sackPermitted).isFalse();
        assertThat(synAck.windowScale).isEqualTo(TcpSegment.ABSENT);
        assertThat(synAck.mss).isEqualTo(1460);
    }

    @Test
    void refusesAnEchoThatNoCookieOfOursCanHaveHad() {
        var config = config(null);
        var synAck = new TcpSegment();
        CookieHandshake.answer(config, OFFSET, 10 * PERIOD, 5_000, syn(true, true, 7), synAck);
        TcpSegment future = ackOf(synAck, "");
        future.tsEcr += 1_000;
        assertThat(CookieHandshake.recall(config, 10 * PERIOD, 1000, future, new TcpSegment())).isFalse();
        TcpSegment old = ackOf(synAck, "");
        old.tsEcr -= 300_000;
        assertThat(CookieHandshake.recall(config, 10 * PERIOD, 1000, old, new TcpSegment())).isFalse();
    }

    // ---- the connection

    @Test
    void isEstablishedByTheAckAndHasItsText() {
        try (var pool = new ChunkPool("cookies", 1024, 1 << 20)) {
            var config = config(new TcpMemory(pool, new ByteBudget(1 << 20)));
            var synAck = new TcpSegment();
            CookieHandshake.answer(config, OFFSET, 0, 5_000, syn(true, true, 7), synAck);
            TcpConnection connection = TcpConnection.ofCookie(config, 100 * MILLISECOND, ackOf(synAck, "hello"), 1000);
            assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(connection.readable()).isEqualTo(5);
            assertThat(connection.takeEvents() & TcpConnection.CONNECTED).isNotZero();
            TcpInfo info = connection.info();
            assertThat(info.peerWindow()).isEqualTo(1_000 << 7);
            assertThat(info.sendMss()).isEqualTo(988);
            assertThat(info.srttNanos()).as("nothing has been measured").isZero();
            assertThat(info.rtoNanos()).as("RFC 6298 §2.1").isEqualTo(1_000 * MILLISECOND);
            var out = new TcpSegment();
            assertThat(connection.poll(100 * MILLISECOND, out)).isTrue();
            assertThat(out.flags).isEqualTo(TcpFlags.ACK);
            assertThat(out.seq).isEqualTo(5_001);
            assertThat(out.ack).isEqualTo(106);
            assertThat(Seq.ge(out.tsVal, synAck.tsVal)).as("the peer's PAWS sees no step back").isTrue();
            connection.abort(0);
        }
    }

    @Test
    void goesOnWithoutOptionsWhereThePeerHasNoTimestamps() {
        try (var pool = new ChunkPool("cookies", 1024, 1 << 20)) {
            var config = config(new TcpMemory(pool, new ByteBudget(1 << 20)));
            var synAck = new TcpSegment();
            CookieHandshake.answer(config, OFFSET, 0, 5_000, syn(false, true, 7), synAck);
            TcpConnection connection = TcpConnection.ofCookie(config, 0, ackOf(synAck, ""), 536);
            TcpInfo info = connection.info();
            assertThat(info.timestamps() || info.selectiveAcks() || info.windowScaling()).isFalse();
            assertThat(info.sendMss()).isEqualTo(536);
            assertThat(info.peerWindow()).isEqualTo(1_000);
        }
    }
}
