package dev.weft.icmp;

import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpPath;
import dev.weft.ip.TransportErrors;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Signal;
import dev.weft.wire.Bytes;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IcmpType;
import dev.weft.wire.IcmpView;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The pings that wait for an answer, in a table of places. The low bits of a sequence number say which place, the other
 * bits and the identifier are drawn anew for each, so that an answer is found without a search and can hardly be guessed.
 */
final class Pings implements TransportErrors {

    /** Places: pings that wait at once. */
    static final int LIMIT = 1024;

    private final NanoClock clock;
    private final Randomness randomness;
    private final AtomicReferenceArray<Ping> places = new AtomicReferenceArray<>(LIMIT);
    /** What every ping throws from now on, or null. */
    private volatile SocketException closed;

    Pings(NanoClock clock, Randomness randomness) {
        this.clock = clock;
        this.randomness = randomness;
    }

    /** One ping; what its thread waits for is told by {@link #answered} and then {@link #signal}. */
    static final class Ping {

        final int identifier;
        final int sequence;
        final IpPath path;
        final int length;
        final Signal signal;
        /** When the answer came, or -1. */
        volatile long answered = -1;
        /** What an ICMP error said, or null. */
        volatile IcmpErrorKind failure;

        Ping(int identifier, int sequence, IpPath path, int length, NanoClock clock) {
            this.identifier = identifier;
            this.sequence = sequence;
            this.path = path;
            this.length = length;
            signal = new Signal(clock);
        }

        /** Writes the request, header and data. */
        void writeTo(MemorySegment target) {
            for (int i = 0; i < length; i++) {
                Bytes.set8(target, IcmpMessage.HEADER_LENGTH + i, i);
            }
            IcmpMessage.write(target, 0, IcmpType.ECHO_REQUEST, 0, identifier << 16 | sequence,
                    IcmpMessage.HEADER_LENGTH + length);
        }

        /** RFC 792 "Echo": the data of the request has to come back. */
        boolean isAnsweredBy(IpPacket packet, IcmpView view) {
            boolean fromThere = path.isGroup()
                    || packet.srcLo() == path.remote().lo() && packet.srcHi() == path.remote().hi();
            if (!fromThere || view.identifier() != identifier || view.sequence() != sequence
                    || view.payloadLength() != length) {
                return false;
            }
            for (int i = 0; i < length; i++) {
                if (Bytes.u8(view.segment(), view.payloadOffset() + i) != (i & 0xff)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Takes a place for a ping of {@code length} bytes, or null when all are taken. */
    Ping begin(IpPath path, int length) {
        int start = randomness.nextInt(LIMIT);
        for (int i = 0; i < LIMIT; i++) {
            int place = (start + i) % LIMIT;
            if (places.get(place) == null) {
                int bits = randomness.nextInt();
                var ping = new Ping(bits >>> 16, (bits & 0xffff) / LIMIT * LIMIT + place, path, length, clock);
                if (places.compareAndSet(place, null, ping)) {
                    return ping;
                }
            }
        }
        return null;
    }

    /** Ends the pings that wait, and all that come, with {@code reason}. */
    void close(SocketException reason) {
        closed = reason;
        for (int i = 0; i < LIMIT; i++) {
            Ping ping = places.get(i);
            if (ping != null) {
                ping.signal.raise();
            }
        }
    }

    /** Throws if the stack has closed or failed; asked after {@link #begin}, so that no ping is overlooked. */
    void checkOpen() throws SocketException {
        SocketException reason = closed;
        if (reason != null) {
            var thrown = new SocketException(reason.getMessage());
            thrown.initCause(reason.getCause());
            throw thrown;
        }
    }

    /** Gives the place of a ping free. */
    void end(Ping ping) {
        places.set(ping.sequence % LIMIT, null);
    }

    /** An echo reply has come; whether somebody waits for it. On the reader, no garbage. */
    boolean replied(IpPacket packet, IcmpView view) {
        Ping ping = places.get(view.sequence() % LIMIT);
        if (ping == null || !ping.isAnsweredBy(packet, view)) {
            return false;
        }
        if (ping.answered < 0) {
            ping.answered = clock.nanoTime();
            ping.signal.raise();
        }
        return true;
    }

    /** An error about a packet of ours with an ICMP message in it. */
    @Override
    public void error(IcmpErrorKind kind, int mtu, long srcHi, long srcLo, long dstHi, long dstLo, MemorySegment quoted,
                      long offset, int length) {
        if (length < IcmpMessage.HEADER_LENGTH || Bytes.u8(quoted, offset + IcmpMessage.TYPE) != IcmpType.ECHO_REQUEST) {
            return;
        }
        int sequence = Bytes.u16(quoted, offset + IcmpMessage.SEQUENCE);
        Ping ping = places.get(sequence % LIMIT);
        if (ping != null && ping.sequence == sequence
                && ping.identifier == Bytes.u16(quoted, offset + IcmpMessage.IDENTIFIER)
                && ping.path.remote().lo() == dstLo && ping.path.remote().hi() == dstHi
                && ping.path.local().lo() == srcLo && ping.path.local().hi() == srcHi) {
            ping.failure = kind;
            ping.signal.raise();
        }
    }
}
