package dev.weft.tcp;

import dev.weft.device.LinkCast;
import dev.weft.device.OutFrame;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpPath;
import dev.weft.ip.IpProtocolHandler;
import dev.weft.ip.TransportErrors;
import dev.weft.tcp.core.TcpError;
import dev.weft.tcp.core.segment.TcpReset;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.Bytes;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.TcpView;
import java.io.IOException;
import java.lang.foreign.MemorySegment;

/** From IP to the connection that a segment is for: checks, look-up, passive opens, and resets for what belongs to nobody. */
final class TcpInput implements IpProtocolHandler, TransportErrors {

    /** What the handling of one packet needs; kept with the packet object, so that it is made once for each. */
    private static final class Scratch {
        final TcpView view = new TcpView();
        final TcpSegment segment = new TcpSegment();
        final TcpSegment answer = new TcpSegment();
    }

    private final FlowKeeper keeper;
    private final IpLayer ip;
    private final FlowTable<FlowEntry> flows;
    private final ListenerTable listeners;
    private final PassiveOpens passives;
    private final CookieDoor cookies;
    private final HalfOpens halfOpens;
    private final TcpStatistics statistics;

    TcpInput(FlowKeeper keeper, IpLayer ip, FlowTable<FlowEntry> flows, ListenerTable listeners, PassiveOpens passives, CookieDoor cookies,
             HalfOpens halfOpens, TcpStatistics statistics) {
        this.keeper = keeper;
        this.ip = ip;
        this.flows = flows;
        this.listeners = listeners;
        this.passives = passives;
        this.cookies = cookies;
        this.halfOpens = halfOpens;
        this.statistics = statistics;
    }

    @Override
    public boolean handle(IpPacket packet) {
        if (packet.cast() != LinkCast.UNICAST) {
            statistics.count(TcpInDiscard.NOT_UNICAST);
            return true;
        }
        Scratch scratch;
        if (packet.transportView() instanceof Scratch kept) {
            scratch = kept;
        } else {
            scratch = new Scratch();
            packet.transportView(scratch);
        }
        TcpView view = scratch.view;
        if (view.wrap(packet.payload(), packet.payloadOffset(), packet.payloadLength()) != null) {
            statistics.count(TcpInDiscard.MALFORMED);
            return true;
        }
        if (!packet.isChecksumVerified()
                && !view.checksumCorrect(packet.srcHi(), packet.srcLo(), packet.dstHi(), packet.dstLo())) {
            statistics.count(TcpInDiscard.BAD_CHECKSUM);
            return true;
        }
        int ports = view.ports();
        if (ports >>> 16 == 0 || (ports & 0xffff) == 0) {
            statistics.count(TcpInDiscard.PORT_ZERO);
            return true;
        }
        TcpSegmentCodec.read(view, scratch.segment);
        scratch.segment.ecn = packet.trafficClass() & 3;
        scratch.segment.memory = packet.memory();
        if (packet.segmentSize() < scratch.segment.payload.length()) {
            scratch.segment.segmentSize = packet.segmentSize();
        }
        deliver(packet, ports, scratch);
        return true;
    }

    private void deliver(IpPacket packet, int ports, Scratch scratch) {
        TcpSegment in = scratch.segment;
        boolean isSyn = (in.flags & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST | TcpFlags.FIN)) == TcpFlags.SYN;
        FlowEntry entry = flows.find(packet.srcHi(), packet.srcLo(), packet.dstHi(), packet.dstLo(), ports);
        while (entry instanceof HalfOpenEntry half) {
            if (halfOpens.input(half, in, packet.batch())) {
                return;
            }
            entry = flows.find(packet.srcHi(), packet.srcLo(), packet.dstHi(), packet.dstLo(), ports);
        }
        if (entry instanceof TimeWaitEntry rest) {
            inTimeWait(packet, ports, scratch, rest, isSyn);
            return;
        }
        var flow = (Flow) entry;
        if (flow != null && !isSyn) {
            flow.input(in, packet.batch());
            return;
        }
        TcpListener listener = listeners.find(packet.dstHi(), packet.dstLo(), ports & 0xffff);
        // A SYN ends TIME-WAIT only where somebody listens who will take it up (RFC 9293 §3.6.1, MAY-2).
        if (flow != null && (listener == null || !listener.hasPlace() || !flow.giveWayTo(in))) {
            flow.input(in, packet.batch());
        } else if (listener == null) {
            statistics.count(TcpInDiscard.NO_CONNECTION);
            reset(packet, ports, scratch);
        } else if (isSyn) {
            // Never in place of one in TIME-WAIT: the number of a cookie does not begin above those of the one before it.
            if (flow == null && !keeper.isClosing() && cookies.isFor(listener)) {
                answerWithCookie(packet, ports, scratch, listener);
                return;
            }
            join(packet, passives.open(listener, key(packet, ports), in, packet.batch().now(), flow));
        } else if (!isOfCookie(packet, ports, scratch, listener)) {
            // RFC 9293 §3.10.7.2, LISTEN: a RST is ignored, any ACK is answered with a reset, what is neither is dropped. {@code
            // Deviation:} so is a SYN with FIN, as in Linux: no peer that has something to say ends before it has begun.
            boolean ends = (in.flags & (TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST)) == TcpFlags.SYN;
            statistics.count(ends ? TcpInDiscard.SYN_WITH_FIN : TcpInDiscard.NO_CONNECTION);
            if (in.has(TcpFlags.ACK)) {
                reset(packet, ports, scratch);
            }
        }
    }

    /** For a connection of which only TIME-WAIT is left. */
    private void inTimeWait(IpPacket packet, int ports, Scratch scratch, TimeWaitEntry rest, boolean isSyn) {
        TcpListener listener = isSyn ? listeners.find(packet.dstHi(), packet.dstLo(), ports & 0xffff) : null;
        if (listener != null && listener.hasPlace() && rest.giveWayTo(scratch.segment)) {
            join(packet, passives.open(listener, rest.key(), scratch.segment, packet.batch().now(), rest));
        } else if (rest.input(packet.batch().now(), scratch.segment, scratch.answer, statistics)) {
            answer(packet, ports, scratch);
        }
    }

    private static FlowKey key(IpPacket packet, int ports) {
        return new FlowKey(packet.srcHi(), packet.srcLo(), packet.dstHi(), packet.dstLo(), ports);
    }

    private static void join(IpPacket packet, Flow opened) {
        if (opened != null) {
            opened.joinBatch(packet.batch());
        }
    }

    /** Answers a SYN for which there is no room among those that are remembered. */
    private void answerWithCookie(IpPacket packet, int ports, Scratch scratch, TcpListener listener) {
        try {
            IpPath path = ip.path(packet.destination(), packet.source());
            cookies.answer(listener, path, ports, packet.batch().now(), scratch.segment, scratch.answer);
            send(packet, ports, path, scratch.answer);
        } catch (IOException e) {
            statistics.count(TcpInDiscard.NO_ROUTE_BACK);
        }
    }

    /** Whether an ACK that belongs to no connection brings back a cookie: then it makes one, or is dropped where there is no room. */
    private boolean isOfCookie(IpPacket packet, int ports, Scratch scratch, TcpListener listener) {
        TcpSegment in = scratch.segment;
        if (!in.has(TcpFlags.ACK) || in.has(TcpFlags.SYN) || in.has(TcpFlags.RST) || keeper.isClosing()) {
            return false;
        }
        long now = packet.batch().now();
        FlowKey key = key(packet, ports);
        int mss = cookies.check(listener, key, now, in);
        if (mss == 0) {
            return false;
        }
        try {
            IpPath path = ip.path(packet.destination(), packet.source());
            join(packet, cookies.open(listener, key, path, now, in, mss));
        } catch (IOException e) {
            statistics.count(TcpInDiscard.NO_ROUTE_BACK);
        }
        return true;
    }

    /** Answers a segment that belongs to no connection (RFC 9293 §3.10.7.1). Not longer than what it answers, so not limited. */
    private void reset(IpPacket packet, int ports, Scratch scratch) {
        if (TcpReset.answerTo(scratch.segment, scratch.answer)) {
            answer(packet, ports, scratch);
        }
    }

    private void answer(IpPacket packet, int ports, Scratch scratch) {
        try {
            send(packet, ports, ip.path(packet.destination(), packet.source()), scratch.answer);
        } catch (IOException e) {
            statistics.count(TcpInDiscard.NO_ROUTE_BACK);
        }
    }

    /** Sends a segment to where {@code packet} came from. */
    private static void send(IpPacket packet, int ports, IpPath path, TcpSegment out) {
        OutFrame frame = packet.link().frames().tryAcquire();
        if (frame == null) {
            return;
        }
        try {
            TransmitBatch.fill(frame, out, path.link().offloads().checksum(), ports & 0xffff, ports >>> 16,
                    packet.dstHi(), packet.dstLo(), packet.srcHi(), packet.srcLo());
            path.send(frame, IpProtocol.TCP, 0, 0, true);
        } finally {
            packet.link().frames().release(frame);
        }
    }

    @Override
    public void error(IcmpErrorKind kind, int mtu, long srcHi, long srcLo, long dstHi, long dstLo,
                      MemorySegment quoted, long offset, int length) {
        int local = Bytes.u16(quoted, offset + TcpHeader.SOURCE_PORT);
        int remote = Bytes.u16(quoted, offset + TcpHeader.DESTINATION_PORT);
        int seq = Bytes.i32(quoted, offset + TcpHeader.SEQ);
        FlowEntry entry = flows.find(dstHi, dstLo, srcHi, srcLo, remote << 16 | local);
        if (entry instanceof HalfOpenEntry half) {
            halfOpens.error(half, kind, mtu, seq);
            return;
        }
        if (!(entry instanceof Flow flow)) {
            statistics.count(TcpInDiscard.ICMP_UNMATCHED);
            return;
        }
        if (kind == IcmpErrorKind.PACKET_TOO_BIG) {
            flow.icmpTooBig(mtu, seq);
        } else {
            flow.icmpError(toTcp(kind), seq);
        }
    }

    private static TcpError toTcp(IcmpErrorKind kind) {
        return switch (kind) {
            case NETWORK_UNREACHABLE, SOURCE_ROUTE_FAILED -> TcpError.NETWORK_UNREACHABLE;
            case HOST_UNREACHABLE -> TcpError.HOST_UNREACHABLE;
            case PROTOCOL_UNREACHABLE -> TcpError.PROTOCOL_UNREACHABLE;
            case PORT_UNREACHABLE -> TcpError.PORT_UNREACHABLE;
            case ADMINISTRATIVELY_PROHIBITED -> TcpError.PROHIBITED;
            case TIME_EXCEEDED, REASSEMBLY_TIME_EXCEEDED -> TcpError.TIME_EXCEEDED;
            case PARAMETER_PROBLEM, PACKET_TOO_BIG -> TcpError.PARAMETER_PROBLEM;
        };
    }
}
