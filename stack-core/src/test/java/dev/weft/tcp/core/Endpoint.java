package dev.weft.tcp.core;

import dev.weft.resource.LentMemory;
import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.tcp.core.buffer.ReceiveRequest;
import dev.weft.tcp.core.mtu.MtuProbing;
import dev.weft.tcp.core.segment.TcpReset;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.Seq;
import dev.weft.wire.TcpView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One end of a simulated connection: a connection, an application that writes so many bytes, shuts its output, reads to the
 * end and closes, and what a demultiplexer would do. Byte {@code i} of a stream is a function of {@code i}, so the reader
 * checks every byte.
 */
final class Endpoint {

    private static final int HEADROOM = 64;
    private static final int LARGEST = HEADROOM + 65_575;

    final String name;
    final TcpConfig config;
    private final int iss;
    private final int toWrite;
    private final int salt;
    private final int peerSalt;
    private final Random random;
    private final Scenario.Ends ends;
    private final MemorySegment wire = Arena.ofAuto().allocate(LARGEST);
    private final TcpView view = new TcpView();
    private final TcpSegment in = new TcpSegment();
    private final TcpSegment out = new TcpSegment();
    private final Pieces pieces = new Pieces();
    /** What the application waits with, and its dice; null: it does not wait. */
    private final ReceiveRequest request = new ReceiveRequest();
    private final Random waiting;
    private byte[] asked;

    TcpConnection connection;
    int written;
    int read;
    int polled;
    private boolean ended;
    /** Whether it closes only when all is delivered: what nobody waits for is given up after minutes, which bad lines take. */
    boolean patient;
    private boolean outputShut;
    /** When it probes for the path MTU. */
    MtuProbing probing = MtuProbing.ON_BLACK_HOLE;
    /** When the application looks again by itself. */
    long wakeAt = Long.MAX_VALUE;
    /** The highest sequence number that the peer's window has allowed so far. */
    private boolean edgeKnown;
    private int highestEdge;
    /** Whether its device cuts large segments; else they travel whole. */
    boolean splits;
    /** The longest segment that came, of joined ones their pieces. */
    private int peerSegment;
    /** The highest right edge that this end has given its peer so far. */
    final Restraint restraint = new Restraint(this);
    /** Of frames that were kept. */
    private final List<MemorySegment.Scope> kept = new ArrayList<>();
    private long clock;
    private boolean givenKnown;
    private int given;

    Endpoint(String name, TcpConfig config, int iss, int toWrite, int salt, int peerSalt, Scenario.Ends ends, long seed) {
        this.name = name;
        this.config = config;
        this.iss = iss;
        this.toWrite = toWrite;
        this.salt = salt;
        this.peerSalt = peerSalt;
        this.ends = ends;
        this.random = new Random(seed);
        this.waiting = new Random(~seed);
    }

    static byte pattern(int salt, int i) {
        return (byte) (i * 31 + (i >>> 8) * 17 + (i >>> 16) * 5 + salt);
    }

    void connect(long now) {
        connection = TcpConnection.active(config, iss);
        connection.mtuProbing(probing);
        connection.connect(now);
    }

    /** Whether the application is done and the connection over. */
    boolean isDone() {
        return ended && connection.state() == TcpState.CLOSED;
    }

    /** Takes bytes from the channel as a host would: defective ones are dropped. Returns a reset to send, or null. */
    byte[] receive(long now, byte[] bytes, int ecn, int segmentSize) {
        if ((bytes.length & 3) > 0 || bytes.length < config.memory().chunkBytes()) {
            return receive(now, bytes, wire, null, ecn, segmentSize);
        }
        // A frame that may be kept. Where it is not, it is freed, and whatever looks at it later fails.
        try (var lent = new LentMemory("endpoint.frames", bytes.length)) {
            byte[] answer = receive(now, bytes, lent.segment(), lent, ecn, segmentSize);
            if (!lent.isFree()) {
                kept.add(lent.segment().scope());
            }
            return answer;
        }
    }

    /** How many frames have been kept and not given back. */
    long framesKept() {
        return kept.stream().filter(MemorySegment.Scope::isAlive).count();
    }

    private byte[] receive(long now, byte[] bytes, MemorySegment frame, LentMemory lent, int ecn, int segmentSize) {
        MemorySegment.copy(bytes, 0, frame, ValueLayout.JAVA_BYTE, 0, bytes.length);
        if (view.wrap(frame, 0, bytes.length) != null || !view.checksumCorrect(0, 0, 0, 0)) {
            return null;
        }
        TcpSegmentCodec.read(view, in);
        in.memory = lent;
        in.ecn = ecn;
        in.segmentSize = segmentSize < in.payload.length() ? segmentSize : 0;
        if (connection == null && in.has(dev.weft.wire.TcpFlags.SYN) && !in.has(dev.weft.wire.TcpFlags.ACK)) {
            connection = TcpConnection.passive(config, iss, now, in);
            connection.mtuProbing(probing);
            return null;
        }
        if (connection == null || connection.state() == TcpState.CLOSED) {
            return TcpReset.answerTo(in, out) ? encode(out) : null;
        }
        noteEdge();
        int before = connection.rcvNxt();
        int una = connection.sender().sndUna;
        connection.segment(now, in);
        restraint.arrived(in, una, before);
        checkAcknowledgement(before);
        if (lent == null) {
            wire.asSlice(0, bytes.length).fill((byte) 0xee); // the frame was borrowed: whatever looks at it later sees rubbish
        }
        return null;
    }

    /** RFC 9293 §3.8.6.3, RFC 5681 §4.2: two full segments are acknowledged, also if they came joined. */
    private void checkAcknowledgement(int before) {
        peerSegment = Math.max(peerSegment, in.segmentSize == 0 ? in.payload.length() : in.segmentSize);
        int advance = Seq.diff(connection.rcvNxt(), before);
        AckPolicy acks = connection.receiver().acks;
        require(in.segmentSize == 0 || connection.state() == TcpState.CLOSED || advance < 2 * Math.max(536, peerSegment)
                || acks.isDue() || acks.hasQueued(), "two segments that came joined are acknowledged");
    }

    private void noteEdge() {
        if (!in.has(dev.weft.wire.TcpFlags.ACK)) {
            return;
        }
        int shift = in.has(dev.weft.wire.TcpFlags.SYN) ? 0 : connection.sender().windowShift;
        int edge = in.ack + (in.window << shift);
        highestEdge = edgeKnown ? Seq.max(highestEdge, edge) : edge;
        edgeKnown = true;
    }

    /** What to send next, as wire bytes, or null; several if the device cuts it. */
    List<byte[]> poll(long now) {
        if (connection == null || !connection.poll(now, out)) {
            return null;
        }
        polled++;
        restraint.leaves(out);
        checkLarge();
        if (ends.deviceDrops() > 0 && random.nextInt(100) < ends.deviceDrops()) {
            connection.localDrop(now, out);
            if (random.nextBoolean()) {
                connection.deviceReady(now);
            }
            return List.of();
        }
        if (out.segmentSize == 0 || !splits) {
            return List.of(encode(out));
        }
        return LargeFrames.cut(out).stream().map(this::encode).toList();
    }

    /** D5: full segments but for the last one, within all windows. */
    private void checkLarge() {
        if (out.segmentSize == 0) {
            return;
        }
        Sender snd = connection.sender();
        int text = out.payload.length();
        require(text > out.segmentSize && text <= config.largestSegment(), "a large segment is several, and not too many for the device");
        require(out.segmentSize <= snd.mss(), "no piece is longer than a segment");
        require(!out.has(dev.weft.wire.TcpFlags.URG) && !out.has(dev.weft.wire.TcpFlags.SYN), "no large segment is urgent or a SYN");
        require(text <= Math.max(out.segmentSize, snd.maxSndWnd / 2), "no more than half of the peer's largest window at once");
        require(snd.flight() <= snd.recovery.window() + 1, "no more than the congestion window, and FIN");
    }

    /** The segment size of what was polled last, if it is carried whole. */
    int polledSegmentSize() {
        return splits ? 0 : out.segmentSize;
    }

    /** The ECN bits of what was polled last. */
    int polledEcn() {
        return out.ecn;
    }

    private byte[] encode(TcpSegment out) {
        int header = TcpSegmentCodec.write(out, wire, HEADROOM, 1, 2, 0, 0, 0, 0);
        out.payload.copyTo(0, wire, HEADROOM + header, out.payload.length());
        var bytes = new byte[header + out.payload.length()];
        MemorySegment.copy(wire, ValueLayout.JAVA_BYTE, HEADROOM, bytes, 0, bytes.length);
        return bytes;
    }

    /** Runs the application as far as it gets. */
    void application(long now) {
        clock = now;
        wakeAt = Long.MAX_VALUE;
        if (connection == null) {
            return;
        }
        write(now);
        readSome(now);
        if (connection.state() == TcpState.SYN_SENT || connection.state() == TcpState.SYN_RECEIVED) {
            return;
        }
        if (written == toWrite && !outputShut) {
            outputShut = true;
            connection.shutdownOutput(now);
        }
        if (connection.isInputEnded() && connection.readable() == 0 && asked == null && outputShut && !ended
                && (!patient || connection.isOutputDelivered())) {
            ended = true;
            connection.close(now);
        }
    }

    private void write(long now) {
        while (written < toWrite) {
            int size = 1 + random.nextInt(random.nextInt(4) == 0 ? 20_000 : 1_000);
            int n = connection.reserve(pieces, Math.min(size, toWrite - written));
            if (n == 0) {
                if (connection.writable() > 0) {
                    wakeAt = Math.min(wakeAt, now + 5_000_000);      // memory is short
                }
                return;
            }
            int use = random.nextInt(8) == 0 ? random.nextInt(n + 1) : n;
            var bytes = new byte[use];
            for (int i = 0; i < use; i++) {
                bytes[i] = pattern(salt, written + i);
            }
            pieces.copyFrom(MemorySegment.ofArray(bytes), 0, use);
            connection.commit(now, use);
            written += use;
        }
    }

    private void readSome(long now) {
        if (asked != null) {
            if (waiting.nextInt(3) > 0) {
                wakeAt = Math.min(wakeAt, now + 1_000_000L * waiting.nextInt(20));
                return;
            }
            check(asked, connection.withdraw(now));
            asked = null;
        }
        readWhatIsThere(now);
        if (connection.readable() == 0 && !connection.isInputEnded() && waiting.nextBoolean()) {
            asked = new byte[1 + waiting.nextInt(waiting.nextBoolean() ? 100 : 30_000)];
            connection.request(request.into(MemorySegment.ofArray(asked), 0, asked.length, 1));
        }
    }

    private void check(byte[] bytes, int n) {
        for (int i = 0; i < n; i++) {
            if (bytes[i] != pattern(peerSalt, read + i)) {
                throw new AssertionError(name + " read byte " + (read + i) + " wrong: " + bytes[i]);
            }
        }
        read += n;
    }

    private void readWhatIsThere(long now) {
        while (connection.readable() > 0) {
            if (ends.slowReader() && random.nextInt(3) > 0) {
                wakeAt = Math.min(wakeAt, now + 1_000_000L * random.nextInt(random.nextInt(5) == 0 ? 10_000 : 100));
                return;
            }
            int n = connection.peek(pieces, 1 + random.nextInt(30_000));
            var bytes = new byte[n];
            pieces.copyTo(0, MemorySegment.ofArray(bytes), 0, n);
            int use = random.nextInt(8) == 0 ? random.nextInt(n + 1) : n;
            check(bytes, use);
            connection.consumed(now, use);
        }
    }

    /** What must hold after every step, of this end alone and against the other one. */
    void check(Endpoint peer) {
        if (connection == null || connection.state() == TcpState.SYN_SENT) {
            return;
        }
        Sender snd = connection.sender();
        Receiver rcv = connection.receiver();
        restraint.check();
        require(Seq.le(snd.sndUna, snd.sndNxt), "SND.UNA ≤ SND.NXT");
        require(snd.recovery.board.isConsistent(snd.sndUna, snd.sndNxt), "the scoreboard covers what is outstanding");
        require(snd.buffer.length() <= config.buffers().largestSend(), "the send buffer keeps its size");
        require(rcv.buffer.readable() + rcv.window() <= config.buffers().largestReceive() || rcv.finReceived(), "no window beyond the buffer");
        require(Seq.le(rcv.rcvNxt, rcv.rcvAdv) || rcv.finReceived(), "RCV.NXT within the window");
        if (connection.state().isSynchronized()) {
            require(snd.congestion.cwnd() >= snd.mss(), "cwnd ≥ one segment");
            require(snd.flight() >= 0 && snd.flight() <= snd.outstanding(), "the flight is part of what is outstanding");
            require(!givenKnown || Seq.le(given, rcv.rcvAdv), "the right edge of the window stays (RFC 9293 §3.8.6)");
            given = rcv.rcvAdv;
            givenKnown = true;
            require(Seq.le(snd.sndNxt, snd.sndEnd()), "SND.NXT ≤ the end of what was written");
            require(Seq.diff(snd.sndEnd(), snd.sndUna) <= config.buffers().largestSend() + 1, "SND.UNA and the send buffer agree");
            require(!edgeKnown || Seq.le(snd.sndNxt, highestEdge + 1), "nothing sent past the window but a probe");
        }
        boolean both = peer.connection != null && peer.connection.state().isSynchronized();
        if (both && connection.state().isSynchronized()) {
            require(Seq.le(snd.sndUna, peer.connection.rcvNxt()), "nothing acknowledged that the peer has not");
            require(Seq.le(peer.connection.rcvNxt(), snd.sndNxt), "nothing received that was not sent");
        }
    }

    /** What must hold when poll has nothing more to send. */
    void checkTimers() {
        if (connection != null && connection.state().isSynchronized()) {
            restraint.checkProbes(clock);
            Sender snd = connection.sender();
            boolean waits = snd.outstanding() > 0 || snd.sndEnd() != snd.sndNxt;
            require(!waits || connection.protocolDeadline() != Long.MAX_VALUE, "who waits for the peer has a timer");
        }
    }

    int chunks() {
        return connection == null ? 0 : connection.sender().buffer.chunks() + connection.receiver().buffer.chunks();
    }

    void require(boolean ok, String rule) {
        if (!ok) {
            throw new AssertionError(this + " breaks: " + rule);
        }
    }

    @Override
    public String toString() {
        return name + " wrote " + written + "/" + toWrite + " read " + read + " polled " + polled + " "
                + (connection == null ? "no connection" : connection.info());
    }
}
