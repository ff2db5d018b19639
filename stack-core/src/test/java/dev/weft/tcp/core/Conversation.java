package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.ReceiveRequest;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.open.FastOpenCookie;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A connection under test, and a peer that says what the test tells it to. Time is virtual and stands still unless the test
 * lets it {@link Stack#waits pass}.
 * <pre>{@code
 * peer.sends(syn().mss(1460));
 * stack.answers(synAck().ack(101));
 * peer.sends(ack());
 * peer.sends(data("hello").seq(106));
 * stack.answers(ack().ack(101));
 * }</pre>
 * The stack's initial sequence number is {@value #STACK_ISS}, the peer's {@value #PEER_ISS}.
 */
final class Conversation {

    static final int STACK_ISS = 1000;
    static final int PEER_ISS = 100;
    static final int PEER_CLOCK = -20;
    static final long MILLISECOND = 1_000_000L;
    /** More segments at once, or timers in one wait, than any rule asks for. */
    private static final int ENDLESS = 10_000;

    final Peer peer = new Peer();
    final Stack stack = new Stack();
    final Tally tally = new Tally();

    private final ChunkPool pool = new ChunkPool("conversation", 1024, 8 << 20);
    private final ByteBudget budget = new ByteBudget(8 << 20);
    private final TcpConfig config;
    /** Who is told what the stack does; null: nobody. */
    private final TcpObserver observer;
    private TcpConnection connection;
    private FastOpenCookie given;
    private boolean fast;
    private long usedElsewhere;
    private long now = 5 * MILLISECOND;

    private Conversation(TcpObserver observer, UnaryOperator<TcpConfig> change) {
        this.observer = observer;
        config = change.apply(TcpConfig.of(new TcpMemory(pool, budget, tally), tally).withBuffers(256 << 10, 256 << 10)
                .withCongestionControl(CongestionAlgorithm.NEW_RENO));
    }

    /** The stack listens. */
    static Conversation listening(UnaryOperator<TcpConfig> change) {
        return listening(null, change);
    }

    /** The same, and somebody watches. */
    static Conversation listening(TcpObserver observer, UnaryOperator<TcpConfig> change) {
        return new Conversation(observer, change);
    }

    /** The stack has been told to connect. */
    static Conversation connecting(UnaryOperator<TcpConfig> change) {
        return connecting(null, change);
    }

    /** The same, and somebody watches. */
    static Conversation connecting(TcpObserver observer, UnaryOperator<TcpConfig> change) {
        var conversation = new Conversation(observer, change);
        conversation.connection = TcpConnection.active(conversation.config, STACK_ISS, observer);
        conversation.connection.connect(conversation.now);
        return conversation;
    }

    /** The stack listens and gives this cookie; {@code good}: the peer's first segment shows a good one. */
    static Conversation listeningFast(FastOpenCookie cookie, boolean good) {
        var conversation = new Conversation(null, c -> c);
        conversation.given = cookie;
        conversation.fast = good;
        return conversation;
    }

    /** The stack has been told to connect with this cookie, or to ask for one, and to send this text. */
    static Conversation connectingFast(FastOpenCookie cookie, int mss, String text) {
        var conversation = new Conversation(null, c -> c);
        conversation.connection = TcpConnection.active(conversation.config, STACK_ISS);
        conversation.connection.fastOpen(cookie, mss);
        conversation.stack.writes(text);
        conversation.connection.connect(conversation.now);
        return conversation;
    }

    static Conversation connecting() {
        return connecting(c -> c);
    }

    /** The stack has accepted a connection from a peer with MSS 1000, a window of 60,000 and no window scale. */
    static Conversation established(UnaryOperator<TcpConfig> change) {
        return established(null, change);
    }

    /** The same, and somebody watches. */
    static Conversation established(TcpObserver observer, UnaryOperator<TcpConfig> change) {
        var c = listening(observer, change);
        c.peer.window(60_000);
        c.peer.sends(Seg.syn().mss(1000));
        c.stack.answers(Seg.synAck());
        c.peer.sends(Seg.ack());
        c.stack.isSilent();
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        c.connection.takeEvents();
        return c;
    }

    static Conversation established() {
        return established(c -> c);
    }

    /** As {@link #established()}, and no longer in the mood for quick ACKs: both sides have sent a byte. */
    static Conversation talking(UnaryOperator<TcpConfig> change) {
        var c = established(change);
        c.peer.sends(Seg.data("?"));
        c.stack.answers(Seg.ack());
        c.stack.reads("?");
        c.stack.writes("!");
        c.stack.answers(Seg.data("!"));
        c.peer.sends(Seg.ack());
        c.stack.isSilent();
        return c;
    }

    /**
     * The stack has accepted a connection from a peer that offers all there is; its MSS is 1012, so that segments of the stack
     * carry 1000 bytes beside their timestamps.
     */
    static Conversation modern(UnaryOperator<TcpConfig> change) {
        return modern(0, change);
    }

    /** The same, and its SYN,ACK takes so long to be answered. */
    static Conversation modern(int roundTripMillis, UnaryOperator<TcpConfig> change) {
        return modern(null, roundTripMillis, change);
    }

    /** The same, and somebody watches. */
    static Conversation modern(TcpObserver observer, int roundTripMillis, UnaryOperator<TcpConfig> change) {
        var c = listening(observer, change);
        c.peer.window(60_000);
        c.peer.sends(Seg.syn().mss(1012).timestamps().sackPermitted());
        c.stack.answers(Seg.synAck());
        c.stack.waits(roundTripMillis);
        c.peer.sends(Seg.ack());
        c.stack.isSilent();
        assertThat(c.connection.state()).isEqualTo(TcpState.ESTABLISHED);
        c.connection.takeEvents();
        return c;
    }

    static Conversation modern() {
        return modern(c -> c);
    }

    /** Others take all memory but so many chunks. */
    void leavesChunks(int chunks) {
        budget.release(usedElsewhere);
        usedElsewhere = budget.limit() - budget.used() - chunks * 1024L;
        assertThat(budget.tryReserve(usedElsewhere)).isTrue();
    }

    /** The peer: remembers its next sequence number and what it has seen of the stack's. */
    final class Peer {
        int nxt = PEER_ISS;
        int seen = STACK_ISS;
        private int window = 60_000;
        private boolean timestamps;
        /** The last timestamp of the stack's that it has seen. */
        int tsSeen;

        /** What its clock shows in TSval. */
        int clock() {
            return (int) (now / MILLISECOND) + PEER_CLOCK;
        }

        /** The window it advertises from now on, as it stands in the header. */
        Peer window(int value) {
            window = value;
            return this;
        }

        void sends(Seg seg) {
            var in = new TcpSegment();
            in.flags = seg.flags;
            in.seq = seg.seq == null ? nxt : seg.seq;
            in.ack = seg.ack == null ? in.has(TcpFlags.ACK) ? seen : 0 : seg.ack;
            in.window = seg.window == null ? window : seg.window;
            if (seg.urgent != null) {
                in.flags |= TcpFlags.URG;
                in.urgentPointer = seg.urgent;
            }
            in.mss = seg.mss == null ? TcpSegment.ABSENT : seg.mss;
            in.windowScale = seg.windowScale == null ? TcpSegment.ABSENT : seg.windowScale;
            in.sackPermitted = seg.sackPermitted;
            in.fastOpen = seg.fastOpen == null ? TcpSegment.ABSENT : seg.fastOpen;
            in.fastOpenHi = seg.cookie;
            timestamps |= seg.offersTimestamps;
            in.timestamps = timestamps && !seg.bare;
            if (in.timestamps) {
                in.tsVal = seg.tsVal == null ? clock() : seg.tsVal;
                in.tsEcr = seg.tsEcr == null ? in.has(TcpFlags.ACK) ? tsSeen : 0 : seg.tsEcr;
            }
            if (seg.sack != null) {
                in.sackCount = seg.sack.length / 2;
                System.arraycopy(seg.sack, 0, in.sackEdges, 0, seg.sack.length);
            }
            in.ecn = seg.ecn == null ? 0 : seg.ecn;
            in.segmentSize = seg.segmentSize == null ? 0 : seg.segmentSize;
            if (seg.lent == null) {
                in.payload.add(MemorySegment.ofArray(seg.text), 0, seg.text.length);
            } else {
                long headers = 54;
                MemorySegment.copy(seg.text, 0, seg.lent.segment(), ValueLayout.JAVA_BYTE, headers, seg.text.length);
                in.payload.add(seg.lent.segment(), headers, seg.text.length);
                in.memory = seg.lent;
            }
            if (seg.seq == null || seg.seq == nxt) {
                nxt = in.end();
            }
            if (connection == null) {
                connection = TcpConnection.passive(config, STACK_ISS, now, in, observer, given, fast);
            } else {
                connection.segment(now, in);
            }
            stack.check();
        }
    }

    /** The stack: what it is told by its application, and what it sends. */
    final class Stack {
        private final Deque<TcpSegment> sent = new ArrayDeque<>();
        private final Deque<byte[]> texts = new ArrayDeque<>();
        private final ReceiveRequest request = new ReceiveRequest();
        private byte[] asked;

        TcpConnection connection() {
            return connection;
        }

        long now() {
            return now;
        }

        /** Expects exactly these segments, and no more, to have been sent. */
        void answers(Seg... expected) {
            poll();
            for (Seg seg : expected) {
                assertThat(sent).as("the stack sends " + seg).isNotEmpty();
                match(seg, sent.poll(), texts.poll());
            }
            isSilent();
        }

        /** Expects nothing to have been sent. */
        void isSilent() {
            poll();
            assertThat(sent).as("the stack is silent").isEmpty();
        }

        /** Takes what was sent, without a look at it; returns the number of segments. */
        int says() {
            poll();
            int count = sent.size();
            sent.clear();
            texts.clear();
            return count;
        }

        /** Takes what was sent, for a closer look; the bytes of its text may be others by now. */
        List<TcpSegment> said() {
            poll();
            var all = List.copyOf(sent);
            sent.clear();
            texts.clear();
            return all;
        }

        private void match(Seg expected, TcpSegment actual, byte[] text) {
            String what = actual + " for " + expected;
            int flags = expected.flags | (expected.urgent == null ? 0 : TcpFlags.URG);
            assertThat(TcpFlags.toString(actual.flags & ~TcpFlags.PSH)).as("flags of " + what)
                    .isEqualTo(TcpFlags.toString(flags & ~TcpFlags.PSH));
            assertThat(text.length).as("length of " + what).isEqualTo(expected.text.length);
            if (expected.seq != null) {
                assertThat(actual.seq).as("seq of " + what).isEqualTo(expected.seq);
            }
            if (expected.ack != null) {
                assertThat(actual.ack).as("ack of " + what).isEqualTo(expected.ack);
            }
            if (expected.window != null) {
                assertThat(actual.window).as("window of " + what).isEqualTo(expected.window);
            }
            if (expected.urgent != null) {
                assertThat(actual.urgentPointer).as("urgent pointer of " + what).isEqualTo(expected.urgent);
            }
            if (expected.mss != null) {
                assertThat(actual.mss).as("mss of " + what).isEqualTo(expected.mss);
            }
            if (expected.windowScale != null) {
                assertThat(actual.windowScale).as("window scale of " + what).isEqualTo(expected.windowScale);
            }
            if (expected.tsVal != null || expected.tsEcr != null) {
                assertThat(actual.timestamps).as("timestamps of " + what).isTrue();
            }
            if (expected.tsVal != null) {
                assertThat(actual.tsVal).as("TSval of " + what).isEqualTo(expected.tsVal);
            }
            if (expected.tsEcr != null) {
                assertThat(actual.tsEcr).as("TSecr of " + what).isEqualTo(expected.tsEcr);
            }
            if (expected.fastOpen != null) {
                assertThat(actual.fastOpen).as("cookie of " + what).isEqualTo(expected.fastOpen);
                assertThat(actual.fastOpenHi).as("cookie of " + what).isEqualTo(expected.cookie);
            }
            if (expected.bare) {
                assertThat(actual.timestamps).as("timestamps of " + what).isFalse();
            }
            if (expected.segmentSize != null) {
                assertThat(actual.segmentSize).as("segment size of " + what).isEqualTo(expected.segmentSize);
            }
            if (expected.ecn != null) {
                assertThat(actual.ecn).as("ECN bits of " + what).isEqualTo(expected.ecn);
            }
            if (expected.sack != null) {
                assertThat(Arrays.copyOf(actual.sackEdges, 2 * actual.sackCount)).as("SACK of " + what)
                        .isEqualTo(expected.sack);
            }
            if (expected.text.length > 0 && expected.text[0] != 0) {
                assertThat(new String(text, StandardCharsets.US_ASCII)).isEqualTo(
                        new String(expected.text, StandardCharsets.US_ASCII));
            }
        }

        /** Polls everything, as a transmitter would. */
        void poll() {
            if (connection == null) {
                return;
            }
            var out = new TcpSegment();
            int polled = 0;
            while (connection.poll(now, out)) {
                assertThat(++polled).as("segments sent at once").isLessThan(ENDLESS);
                var text = new byte[out.payload.length()];
                out.payload.copyTo(0, MemorySegment.ofArray(text), 0, text.length);
                sent.add(out);
                texts.add(text);
                if (out.timestamps) {
                    peer.tsSeen = out.tsVal;
                }
                if (dev.weft.wire.Seq.gt(out.end(), peer.seen) && !out.has(TcpFlags.RST)) {
                    peer.seen = out.end();
                }
                out = new TcpSegment();
                check();
            }
        }

        /** Lets time pass, in which timers fire and segments leave. */
        void waits(long millis) {
            poll();
            long until = now + millis * MILLISECOND;
            int ticks = 0;
            while (connection.deadline() <= until) {
                assertThat(++ticks).as("timers that fire").isLessThan(ENDLESS);
                now = Math.max(now, connection.deadline());
                connection.tick(now);
                poll();
                check();
            }
            now = until;
        }

        void writes(String text) {
            writes(text.getBytes(StandardCharsets.US_ASCII));
        }

        /** Writes this, and the last of it is urgent. */
        void writesUrgently(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            var pieces = new Pieces();
            assertThat(connection.reserve(pieces, bytes.length)).isEqualTo(bytes.length);
            pieces.copyFrom(MemorySegment.ofArray(bytes), 0, bytes.length);
            assertThat(connection.commitUrgent(now, bytes.length)).isTrue();
        }

        void writes(int bytes) {
            writes(new byte[bytes]);
        }

        private void writes(byte[] bytes) {
            var pieces = new Pieces();
            int done = 0;
            while (done < bytes.length) {
                int n = connection.reserve(pieces, bytes.length - done);
                assertThat(n).as("room to write").isPositive();
                pieces.copyFrom(MemorySegment.ofArray(bytes), done, n);
                assertThat(connection.commit(now, n)).isTrue();
                done += n;
            }
        }

        /** Reads exactly this and no more. */
        void reads(String expected) {
            assertThat(new String(read(Integer.MAX_VALUE), StandardCharsets.US_ASCII)).isEqualTo(expected);
        }

        /** Reads up to so many bytes. */
        byte[] read(int max) {
            var bytes = new byte[Math.min(max, connection.readable())];
            var pieces = new Pieces();
            int done = 0;
            while (done < bytes.length) {
                int n = connection.peek(pieces, bytes.length - done);
                pieces.copyTo(0, MemorySegment.ofArray(bytes), done, n);
                connection.consumed(now, n);
                done += n;
            }
            return bytes;
        }

        /** Waits for text with an array of so many bytes. */
        void asksFor(int length) {
            asksFor(length, 1);
        }

        /** The same, and wants at least so many. */
        void asksFor(int length, int least) {
            asked = new byte[length];
            connection.request(request.into(MemorySegment.ofArray(asked), 0, length, least));
        }

        /** Waits no longer: exactly this is in the array. */
        void isHanded(String expected) {
            int n = connection.withdraw(now);
            assertThat(new String(asked, 0, n, StandardCharsets.US_ASCII)).isEqualTo(expected);
        }

        void closes() {
            connection.close(now);
        }

        void shutsOutput() {
            connection.shutdownOutput(now);
        }

        void shutsInput() {
            connection.shutdownInput(now);
        }

        void aborts() {
            connection.abort(now);
        }

        void is(TcpState state) {
            assertThat(connection.state()).isEqualTo(state);
        }

        void hasFailed(TcpFailure why) {
            is(TcpState.CLOSED);
            assertThat(connection.failure()).isEqualTo(why);
        }

        /** What must hold always. */
        void check() {
            boolean asleep = connection.isAsleep();
            int chunks = asleep ? 0 : connection.sender().buffer.chunks() + connection.receiver().buffer.chunks();
            int kept = asleep ? 0 : connection.receiver().buffer.kept();
            assertThat(pool.lent()).as("chunks lent are in the buffers").isEqualTo(chunks);
            assertThat(budget.used() - usedElsewhere).as("what is used is paid for")
                    .isEqualTo(chunks * 1024L + kept);
        }
    }
}
