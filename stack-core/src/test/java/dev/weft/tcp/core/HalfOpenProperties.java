package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import dev.weft.tcp.core.open.HalfOpen;
import dev.weft.tcp.core.open.HandshakeTerms;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/**
 * The oracle of {@link HalfOpen} is the whole connection in SYN-RECEIVED (RFC 9293 §3.10.7.4): whatever comes, both say the same, wait as
 * long, count the same and end at the same time; and the connection that is made of one goes on as the other does.
 */
class HalfOpenProperties {

    private static final long MILLI = 1_000_000L;
    private static final int CLOCK = 77;
    private static final AtomicInteger TRIES = new AtomicInteger();
    private static final Tally TALLY = new Tally();
    private static final AtomicInteger COMPLETED = new AtomicInteger();
    private static final AtomicInteger COMPLETED_LATE = new AtomicInteger();

    /** What only the whole connection says or counts: text that came twice (RFC 2883), and that a time-out was for nothing. */
    private static final Set<TcpEvent> APART = EnumSet.of(TcpEvent.DSACK_SENT, TcpEvent.SACK_SENT, TcpEvent.UNDO_BY_TIMESTAMP);

    @AfterContainer
    static void everythingWasMet() {
        if (TRIES.get() < 6_000) {
            return;                                  // one failing try is being replayed
        }
        for (TcpDiscard discard : List.of(TcpDiscard.OUTSIDE_WINDOW, TcpDiscard.NO_ACK_FLAG, TcpDiscard.NO_TIMESTAMP,
                TcpDiscard.OLD_TIMESTAMP, TcpDiscard.RESET_OUTSIDE_WINDOW, TcpDiscard.RESET_NOT_EXACT, TcpDiscard.UNEXPECTED_SYN,
                TcpDiscard.HANDSHAKE_ACK_UNACCEPTABLE, TcpDiscard.ACCEPT_QUEUE_FULL, TcpDiscard.TEXT_WITH_SYN,
                TcpDiscard.CHALLENGE_LIMIT, TcpDiscard.ICMP_NOT_IN_FLIGHT)) {
            assertThat(TALLY.of(discard)).as(discard.name()).isGreaterThan(20);
        }
        for (TcpEvent event : List.of(TcpEvent.RETRANSMITTED, TcpEvent.RETRANSMISSION_TIMEOUT, TcpEvent.GIVEN_UP,
                TcpEvent.CHALLENGE_ACK, TcpEvent.RESET_SENT, TcpEvent.RESET_RECEIVED, TcpEvent.ECN_AGREED)) {
            assertThat(TALLY.of(event)).as(event.name()).isGreaterThan(20);
        }
        assertThat(COMPLETED.get()).isGreaterThan(1_000);
        assertThat(COMPLETED_LATE.get()).as("after a time-out").isGreaterThan(100);
    }

    @Property(tries = 6_000)
    void doesAsTheWholeConnectionWould(@ForAll long seed) {
        TRIES.incrementAndGet();
        tryOne(seed);
    }

    static void tryOne(long seed) {
        try (var pool = new ChunkPool("half-open", 16 << 10, 4 << 20)) {
            new Both(new Random(seed), pool).run();
        }
    }

    /** One as it is kept. */
    private static final class Kept extends HalfOpen {

        Kept(HandshakeTerms terms, int iss, long now, TcpSegment syn) {
            super(terms, iss, CLOCK, now, syn, false);
        }

        @Override
        protected void fire(long now) {
            throw new AssertionError("no wheel has it");
        }
    }

    /** The two side by side. */
    private static final class Both {

        private final Random random;
        private final Tally wholeTally = new Tally();
        private final Tally keptTally = new Tally();
        private final TcpConfig wholeConfig;
        private final TcpConfig keptConfig;
        private final HandshakeTerms terms;
        private final long userTimeout;
        private final int irs;
        private final int iss;
        private final List<String> story = new ArrayList<>();
        private final MemorySegment text = MemorySegment.ofArray(new byte[100]);
        private TcpConnection whole;
        private Kept kept;
        /** Whether somebody beside the path guesses numbers, faster than is answered. */
        private final boolean hostile;
        private long now = 3_600_000_000_000L;
        private int lastStamp;

        Both(Random random, ChunkPool pool) {
            this.random = random;
            int receive = 1024 << random.nextInt(10);
            var extensions = new TcpExtensions(random.nextInt(4) > 0, CLOCK, random.nextInt(4) > 0, EcnMode.values()[random.nextInt(3)]);
            wholeConfig = config(pool, wholeTally, receive, extensions);
            keptConfig = config(pool, keptTally, receive, extensions);
            userTimeout = random.nextInt(4) == 0 ? (1 + random.nextInt(20_000)) * MILLI : 0;
            terms = CompactHandshake.terms(keptConfig, userTimeout);
            irs = random.nextInt(3) == 0 ? -2 - random.nextInt(5) : random.nextInt();
            hostile = random.nextInt(8) == 0;
            iss = random.nextInt(3) == 0 ? -1 - random.nextInt(3) : random.nextInt();
        }

        private TcpConfig config(ChunkPool pool, Tally tally, int receive, TcpExtensions extensions) {
            return TcpConfig.of(new TcpMemory(pool, new ByteBudget(1 << 20), tally), tally).withBuffers(64 << 10, receive)
                    .withExtensions(extensions).withRetries(7, new Random(receive).nextInt(4), 15);
        }

        void run() {
            TcpSegment syn = syn();
            story.add("SYN " + syn);
            whole = TcpConnection.passive(wholeConfig, iss, now, copy(syn));
            whole.userTimeout(now, userTimeout);
            kept = new Kept(terms, iss, now, copy(syn));
            var out = new TcpSegment();
            assertThat(kept.tick(now, out, terms)).isEqualTo(HalfOpen.SYN_ACK);
            same(List.of(out), polled(whole));
            int steps = random.nextInt(30);
            boolean over = false;
            for (int i = 0; i < steps && !over; i++) {
                over = random.nextInt(3) == 0 ? time() : segment();
                if (!over) {
                    assertThat(kept.due(terms)).as("%s", story).isEqualTo(whole.deadline());
                    assertThat(kept.sndNxt()).isEqualTo(whole.sndNxt());
                }
            }
            checkTallies();
            TALLY.add(keptTally);
        }

        private TcpSegment syn() {
            var syn = new TcpSegment();
            syn.flags = TcpFlags.SYN | (random.nextBoolean() ? TcpFlags.ECE | TcpFlags.CWR : 0);
            syn.seq = irs;
            syn.window = random.nextInt(65_536);
            syn.mss = random.nextInt(4) == 0 ? TcpSegment.ABSENT : random.nextInt(10_000);
            syn.windowScale = random.nextInt(4) == 0 ? TcpSegment.ABSENT : random.nextInt(20);
            syn.sackPermitted = random.nextBoolean();
            syn.timestamps = random.nextBoolean();
            syn.tsVal = random.nextInt();
            lastStamp = syn.tsVal;
            if (random.nextInt(10) == 0) {
                syn.payload.add(text, 0, 10);
            }
            return syn;
        }

        private TcpSegment copy(TcpSegment in) {
            var copy = new TcpSegment();
            copy.copyHeader(in);
            if (in.payload.length() > 0) {
                copy.payload.add(text, 0, in.payload.length());
            }
            return copy;
        }

        private List<TcpSegment> polled(TcpConnection connection) {
            var all = new ArrayList<TcpSegment>();
            var out = new TcpSegment();
            while (connection.poll(now, out)) {
                all.add(out);
                out = new TcpSegment();
            }
            return all;
        }

        private void same(List<TcpSegment> actual, List<TcpSegment> expected) {
            expected.forEach(segment -> segment.sackCount = 0);      // what came twice is not named: RFC 2883 asks nobody for it
            assertThat(actual.toString()).as("%s", story).isEqualTo(expected.toString());
        }

        /** Time passes, and timers fire, sometimes late; whether it is over. */
        private boolean time() {
            long due = whole.deadline();
            long at = now + random.nextInt(2_000) * MILLI;
            now = random.nextInt(3) > 0 ? Math.max(now, due + random.nextInt(3) * MILLI) : Math.min(at, due);
            story.add("at " + now / MILLI);
            whole.tick(now);
            var out = new TcpSegment();
            int verdict = kept.tick(now, out, terms);
            assertThat(verdict == HalfOpen.END).as("%s", story).isEqualTo(whole.state() == TcpState.CLOSED);
            same(verdict == HalfOpen.SYN_ACK ? List.of(out) : List.of(), polled(whole));
            boolean suspects = verdict == HalfOpen.SYN_ACK && kept.timeouts() >= HalfOpen.R1;
            assertThat(suspects || verdict == HalfOpen.END).as("%s", story)
                    .isEqualTo((whole.takeEvents() & (TcpConnection.PATH_SUSPECT | TcpConnection.CLOSED)) != 0);
            return verdict == HalfOpen.END;
        }

        /** A segment comes; whether it is over. */
        private boolean segment() {
            if (random.nextInt(10) == 0) {
                int quoted = random.nextBoolean() ? iss : iss + random.nextInt(-3, 3);
                assertThat(kept.isInFlight(quoted, terms)).as("%s", story).isEqualTo(whole.isInFlight(quoted));
                return false;
            }
            now += random.nextInt(hostile || random.nextBoolean() ? 2 : 300) * MILLI;
            if (now >= whole.deadline()) {
                return time();
            }
            TcpSegment in = anySegment();
            boolean full = random.nextInt(4) == 0;
            story.add("at " + now / MILLI + (full ? " full " : " ") + in);
            whole.acceptQueueFull(full);
            whole.segment(now, copy(in));
            var out = new TcpSegment();
            TcpSegment given = copy(in);
            int verdict = kept.segment(now, given, out, terms);
            assertThat(given.toString()).as("it is not changed").isEqualTo(in.toString());
            if (verdict == HalfOpen.COMPLETE && full) {
                keptTally.count(TcpDiscard.ACCEPT_QUEUE_FULL);
                verdict = HalfOpen.NOTHING;
            }
            assertThat(verdict == HalfOpen.COMPLETE).as("%s", story).isEqualTo(whole.isHandshakeComplete());
            if (verdict == HalfOpen.COMPLETE) {
                complete(in);
                return true;
            }
            assertThat(verdict == HalfOpen.END).as("%s", story).isEqualTo(whole.state() == TcpState.CLOSED);
            same(verdict == HalfOpen.ANSWER || verdict == HalfOpen.SYN_ACK ? List.of(out) : List.of(), polled(whole));
            if (verdict != HalfOpen.END) {
                TcpConnection shown = TcpConnection.ofHalfOpen(keptConfig, now, kept, terms);
                assertThat(shown.info()).as("%s", story).isEqualTo(whole.info());
                assertThat(shown.deadline()).as("%s", story).isEqualTo(kept.retransmitsAt());
            }
            assertThat(kept.isOver()).isEqualTo(verdict == HalfOpen.END);
            return verdict == HalfOpen.END;
        }

        private TcpSegment anySegment() {
            var in = new TcpSegment();
            if (hostile && random.nextInt(4) > 0) {
                in.flags = TcpFlags.RST;
                in.seq = irs + 2 + random.nextInt(3);
                return in;
            }
            in.flags = new int[] {TcpFlags.ACK, TcpFlags.ACK, TcpFlags.ACK | TcpFlags.FIN, TcpFlags.RST, TcpFlags.SYN,
                TcpFlags.SYN | TcpFlags.ECE | TcpFlags.CWR, TcpFlags.SYN | TcpFlags.ACK, TcpFlags.SYN | TcpFlags.ACK | TcpFlags.ECE, 0,
                TcpFlags.RST | TcpFlags.ACK, TcpFlags.SYN | TcpFlags.RST, TcpFlags.SYN | TcpFlags.FIN}[random.nextInt(12)];
            boolean syn = in.has(TcpFlags.SYN);
            in.seq = random.nextBoolean() ? syn ? irs : irs + 1 : irs + 1 + around();
            in.ack = random.nextInt(3) > 0 ? iss + 1 : iss + 1 + around();
            in.window = random.nextInt(65_536);
            in.timestamps = random.nextInt(6) > 0;
            in.tsVal = lastStamp + random.nextInt(random.nextBoolean() ? -5 : 0, 300);
            in.tsEcr = (int) (now / MILLI) + CLOCK - random.nextInt(random.nextBoolean() ? 5_000 : 200);
            if (random.nextInt(3) == 0) {
                in.payload.add(text, 0, 1 + random.nextInt(100));
            }
            return in;
        }

        private int around() {
            return switch (random.nextInt(6)) {
                case 0 -> 0;
                case 1 -> -1;
                case 2 -> random.nextInt(-20, 20);
                case 3 -> keptConfig.buffers().receive() + random.nextInt(-3, 3);
                case 4 -> random.nextInt(-600_000, 600_000);
                default -> random.nextInt();
            };
        }

        /** The connection that is made of it says and does what the other does, from then on. */
        private void complete(TcpSegment in) {
            COMPLETED.incrementAndGet();
            if (kept.timeouts() > 0) {
                COMPLETED_LATE.incrementAndGet();
            }
            TcpConnection made = TcpConnection.ofHalfOpen(keptConfig, now, kept, terms);
            made.userTimeout(now, userTimeout);
            made.segment(now, copy(in));
            assertThat(made.takeEvents()).as("%s", story).isEqualTo(whole.takeEvents());
            goesOn(made);
            for (TcpConnection connection : List.of(made, whole)) {
                var pieces = new Pieces();
                int room = connection.reserve(pieces, 20_000);
                connection.commit(now, room);
            }
            goesOn(made);
            for (int i = 0; i < 6; i++) {
                assertThat(made.deadline()).as("%s", story).isEqualTo(whole.deadline());
                TcpSegment next = anySegment();
                next.ack = iss + 1 + random.nextInt(20_000);
                if (random.nextInt(4) == 0) {
                    now = Math.max(now, Math.min(whole.deadline(), now + 10_000 * MILLI));
                    made.tick(now);
                    whole.tick(now);
                } else {
                    now += random.nextInt(50) * MILLI;
                    made.segment(now, copy(next));
                    whole.segment(now, copy(next));
                }
                story.add("then at " + now / MILLI + " " + next);
                goesOn(made);
            }
            for (TcpConnection connection : List.of(made, whole)) {
                connection.abort(now);
            }
            goesOn(made);
        }

        private void goesOn(TcpConnection made) {
            List<TcpSegment> expected = polled(whole);
            List<TcpSegment> actual = polled(made);
            actual.forEach(segment -> segment.sackCount = 0);
            same(actual, expected);
            assertThat(made.info()).as("%s", story).isEqualTo(whole.info());
        }

        private void checkTallies() {
            for (TcpDiscard discard : TcpDiscard.values()) {
                assertThat(keptTally.of(discard)).as("%s %s", discard, story).isEqualTo(wholeTally.of(discard));
            }
            for (TcpEvent event : TcpEvent.values()) {
                if (!APART.contains(event)) {
                    assertThat(keptTally.of(event)).as("%s %s", event, story).isEqualTo(wholeTally.of(event));
                }
            }
        }
    }
}
