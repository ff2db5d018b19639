package dev.weft.icmp;

import dev.weft.device.LinkCast;
import dev.weft.device.OutFrame;
import dev.weft.device.OutFramePool;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpPath;
import dev.weft.ip.IpProtocolHandler;
import dev.weft.ip.Protocols;
import dev.weft.ipv4.Ipv4;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.route.Plateaus;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.Defect;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IcmpType;
import dev.weft.wire.IcmpView;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.Ipv4View;
import dev.weft.wire.UnreachableCode;
import java.net.NoRouteToHostException;

/** Received ICMP messages: echoes are answered, replies and errors carried to whom they concern. On the reader. */
final class IcmpInput implements IpProtocolHandler {

    /** RFC 792: what an error quotes behind the header, at least. */
    private static final int QUOTED_PAYLOAD = 8;
    /** DSCP without the ECN bits. */
    private static final int DSCP = 0xfc;

    private final Ipv4 ipv4;
    private final Protocols protocols;
    private final Pings pings;
    private final boolean answerEchoes;
    private final CounterGroup<Defect.Icmp> defects;
    private final CounterGroup<IcmpDiscard> discards;
    private final Counter messages;
    private final Counter echoReplies;
    private final Counter errors;
    /** The way of the last echo reply: a flood of requests comes from one place, and finding the way makes garbage. */
    private volatile IpPath lastReplyPath;

    IcmpInput(Ipv4 ipv4, Pings pings, Counters counters, IcmpOptions options) {
        this.ipv4 = ipv4;
        this.pings = pings;
        protocols = ipv4.protocols();
        answerEchoes = options.answerEchoes();
        defects = new CounterGroup<>(counters, "icmp.in", Defect.Icmp.class);
        discards = new CounterGroup<>(counters, "icmp.in", IcmpDiscard.class);
        messages = counters.counter("icmp.in.messages");
        errors = counters.counter("icmp.in.errors");
        echoReplies = counters.counter("icmp.out.echo_replies");
    }

    /** What is kept with each packet object, so that a message makes no garbage. */
    private static final class Views {
        final IcmpView message = new IcmpView();
        final Ipv4View quoted = new Ipv4View();
    }

    @Override
    public boolean handle(IpPacket packet) {
        messages.increment();
        Views views = keptWith(packet);
        IcmpView view = views.message;
        Defect.Icmp defect = view.wrap(packet.payload(), packet.payloadOffset(), packet.payloadLength());
        if (defect != null) {
            defects.increment(defect);
            return true;
        }
        IcmpDiscard why = switch (view.type()) {
            case IcmpType.ECHO_REQUEST -> answer(packet, view);
            case IcmpType.ECHO_REPLY -> pings.replied(packet, view) ? null : IcmpDiscard.REPLY_NOT_AWAITED;
            case IcmpType.DESTINATION_UNREACHABLE, IcmpType.TIME_EXCEEDED, IcmpType.PARAMETER_PROBLEM ->
                    error(packet, view, views.quoted);
            case IcmpType.REDIRECT -> IcmpDiscard.REDIRECT;
            case IcmpType.SOURCE_QUENCH -> IcmpDiscard.SOURCE_QUENCH;
            case IcmpType.TIMESTAMP_REQUEST, IcmpType.TIMESTAMP_REPLY, IcmpType.INFORMATION_REQUEST,
                    IcmpType.INFORMATION_REPLY -> IcmpDiscard.NOT_SUPPORTED;
            default -> IcmpDiscard.UNKNOWN_TYPE;
        };
        if (why != null) {
            discards.increment(why);
        }
        return true;
    }

    private static Views keptWith(IpPacket packet) {
        if (packet.transportView() instanceof Views views) {
            return views;
        }
        var views = new Views();
        packet.transportView(views);
        return views;
    }

    // ---- echo

    /**
     * RFC 1122 §3.2.2.6: every host answers echo requests, from the address they were sent to, with all their data.
     *
     * <p>Deviation: the same section wants a record route or timestamp option of the request in the reply. Input skips
     * options, and networks drop packets that have any (RFC 7126 §4).
     */
    private IcmpDiscard answer(IpPacket packet, IcmpView request) {
        if (packet.cast() != LinkCast.UNICAST) {
            return IcmpDiscard.ECHO_TO_GROUP;
        }
        if (!answerEchoes) {
            return IcmpDiscard.ECHO_NOT_ANSWERED;
        }
        IpPath path = replyPath(packet);
        OutFramePool pool = path == null ? null : path.link().frames();
        OutFrame frame = pool == null ? null : pool.tryAcquire();
        if (frame == null) {
            return IcmpDiscard.ECHO_REPLY_DROPPED;
        }
        try {
            int at = frame.append(IcmpMessage.HEADER_LENGTH);
            Bytes.copy(request.segment(), request.offset(), frame.head(), at, IcmpMessage.HEADER_LENGTH);
            Bytes.set16(frame.head(), at, IcmpType.ECHO_REPLY << 8);
            // The rest is what it was, so the old checksum tells the new one (RFC 1624).
            int old = Bytes.u16(frame.head(), at + IcmpMessage.CHECKSUM);
            Bytes.set16(frame.head(), at + IcmpMessage.CHECKSUM,
                    Checksum.update(old, request.type() << 8 | request.code(), IcmpType.ECHO_REPLY << 8));
            if (request.payloadLength() > 0) {
                frame.addPiece(request.segment(), request.payloadOffset(), request.payloadLength());
            }
            // RFC 1122 §3.2.2: a reply has the type of service of its request; the ECN bits are the network's (RFC 3168 §5).
            if (!path.send(frame, IpProtocol.ICMP, 0, packet.trafficClass() & DSCP, false)) {
                return IcmpDiscard.ECHO_REPLY_DROPPED;
            }
            echoReplies.increment();
            return null;
        } finally {
            pool.release(frame);
        }
    }

    private IpPath replyPath(IpPacket packet) {
        IpPath last = lastReplyPath;
        if (last != null && last.local().lo() == packet.dstLo() && last.remote().lo() == packet.srcLo()
                && last.isCurrent()) {
            return last;
        }
        try {
            IpPath path = ipv4.path(packet.destination(), packet.source());
            if (path.isGroup()) {
                return null;
            }
            lastReplyPath = path;
            return path;
        } catch (NoRouteToHostException _) {
            return null;
        }
    }

    // ---- errors

    /** RFC 1122 §3.2.2: an error goes to the transport of the packet it quotes, if we can have sent that. */
    private IcmpDiscard error(IpPacket packet, IcmpView view, Ipv4View quoted) {
        if (packet.cast() != LinkCast.UNICAST) {
            return IcmpDiscard.ERROR_TO_GROUP;
        }
        IcmpErrorKind kind = kindOf(view.type(), view.code());
        if (kind == null) {
            return IcmpDiscard.UNKNOWN_CODE;
        }
        if (quoted.wrapQuoted(view.segment(), view.payloadOffset(), view.payloadLength()) != null) {
            return IcmpDiscard.QUOTE_MALFORMED;
        }
        long source = Ipv4Address.mapped(quoted.source());
        if (source != packet.dstLo() || !ipv4.isLocal(0, source)) {
            return IcmpDiscard.QUOTE_NOT_OURS;
        }
        if (quoted.fragmentOffset() != 0) {
            return IcmpDiscard.QUOTE_OF_LATER_FRAGMENT;
        }
        if (quoted.payloadLength() < QUOTED_PAYLOAD) {
            return IcmpDiscard.QUOTE_TOO_SHORT;
        }
        int mtu = 0;
        if (kind == IcmpErrorKind.PACKET_TOO_BIG) {
            int length = Bytes.u16(view.segment(), view.payloadOffset() + Ipv4Header.TOTAL_LENGTH);
            // RFC 1191 §5: a router from before 1990 leaves the field 0.
            mtu = view.nextHopMtu() == 0 ? Plateaus.below(length) : view.nextHopMtu();
            if (!quoted.dontFragment() || length <= mtu) {
                return IcmpDiscard.QUOTE_NOT_TOO_BIG;
            }
        }
        errors.increment();
        boolean heard = protocols.error(quoted.protocol(), kind, mtu,
                0, source, 0, Ipv4Address.mapped(quoted.destination()),
                quoted.segment(), quoted.payloadOffset(), quoted.payloadLength());
        return heard ? null : IcmpDiscard.NOBODY_CONCERNED;
    }

    /** What a message says to transports, or null when its code means nothing. */
    private static IcmpErrorKind kindOf(int type, int code) {
        return switch (type) {
            case IcmpType.TIME_EXCEEDED -> code == 0 ? IcmpErrorKind.TIME_EXCEEDED
                    : code == 1 ? IcmpErrorKind.REASSEMBLY_TIME_EXCEEDED : null;
            case IcmpType.PARAMETER_PROBLEM -> IcmpErrorKind.PARAMETER_PROBLEM;
            default -> {
                UnreachableCode why = UnreachableCode.of(code);
                yield why == null ? null : kindOf(why);
            }
        };
    }

    private static IcmpErrorKind kindOf(UnreachableCode code) {
        return switch (code) {
            case NET_UNREACHABLE, NET_UNKNOWN, NET_UNREACHABLE_FOR_TOS -> IcmpErrorKind.NETWORK_UNREACHABLE;
            case HOST_UNREACHABLE, HOST_UNKNOWN, SOURCE_HOST_ISOLATED, HOST_UNREACHABLE_FOR_TOS ->
                    IcmpErrorKind.HOST_UNREACHABLE;
            case PROTOCOL_UNREACHABLE -> IcmpErrorKind.PROTOCOL_UNREACHABLE;
            case PORT_UNREACHABLE -> IcmpErrorKind.PORT_UNREACHABLE;
            case FRAGMENTATION_NEEDED -> IcmpErrorKind.PACKET_TOO_BIG;
            case SOURCE_ROUTE_FAILED -> IcmpErrorKind.SOURCE_ROUTE_FAILED;
            case NET_PROHIBITED, HOST_PROHIBITED, COMMUNICATION_PROHIBITED, HOST_PRECEDENCE_VIOLATION, PRECEDENCE_CUTOFF ->
                    IcmpErrorKind.ADMINISTRATIVELY_PROHIBITED;
        };
    }
}
