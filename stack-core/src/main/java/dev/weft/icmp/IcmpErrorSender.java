package dev.weft.icmp;

import dev.weft.device.LinkCast;
import dev.weft.device.OutFrame;
import dev.weft.device.OutFramePool;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpPath;
import dev.weft.ip.TransportChecksum;
import dev.weft.ipv4.Ipv4;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.resource.TokenBucket;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.Bytes;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.IcmpType;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.UdpHeader;
import dev.weft.wire.UnreachableCode;
import java.net.NoRouteToHostException;

/** Sends errors about received packets, where RFC 1122 §3.2.2 allows one. Any thread; never suspends. */
final class IcmpErrorSender implements IcmpErrors {

    /** RFC 1812 §4.3.2.3: as much of the packet as possible, but the error has no more than 576 bytes. */
    private static final int MAX_QUOTED = 576 - Ipv4Header.LENGTH - IcmpMessage.HEADER_LENGTH;

    private final Ipv4 ipv4;
    private final NanoClock clock;
    private final TokenBucket rate;
    private final CounterGroup<IcmpSuppressed> suppressed;
    private final Counter sent;

    IcmpErrorSender(Ipv4 ipv4, NanoClock clock, Counters counters, IcmpOptions options) {
        this.ipv4 = ipv4;
        this.clock = clock;
        rate = new TokenBucket(options.errorsPerSecond(), options.errorBurst());
        suppressed = new CounterGroup<>(counters, "icmp.out.not_sent", IcmpSuppressed.class);
        sent = counters.counter("icmp.out.errors");
    }

    @Override
    public void portUnreachable(IpPacket about) {
        send(about, IcmpType.DESTINATION_UNREACHABLE, UnreachableCode.PORT_UNREACHABLE.code(), 0);
    }

    @Override
    public void protocolUnreachable(IpPacket about) {
        send(about, IcmpType.DESTINATION_UNREACHABLE, UnreachableCode.PROTOCOL_UNREACHABLE.code(), 0);
    }

    @Override
    public void reassemblyTimeExceeded(IpPacket firstFragment) {
        send(firstFragment, IcmpType.TIME_EXCEEDED, 1, 0);
    }

    @Override
    public void parameterProblem(IpPacket about, int pointer) {
        send(about, IcmpType.PARAMETER_PROBLEM, 0, pointer << 24);
    }

    private void send(IpPacket about, int type, int code, int rest) {
        IcmpSuppressed why = whyNot(about);
        if (why == null && !rate.tryTake(clock.nanoTime())) {
            why = IcmpSuppressed.RATE_LIMITED;
        }
        if (why == null && !transmit(about, type, code, rest)) {
            why = IcmpSuppressed.DROPPED;
        }
        if (why == null) {
            sent.increment();
        } else {
            suppressed.increment(why);
        }
    }

    /** RFC 1122 §3.2.2: what no error may be sent about. */
    static IcmpSuppressed whyNot(IpPacket about) {
        if (about.cast() != LinkCast.UNICAST) {
            return IcmpSuppressed.ABOUT_GROUP;
        }
        int flagsAndOffset = Bytes.u16(about.header(), about.headerOffset() + Ipv4Header.FLAGS_AND_OFFSET);
        if ((flagsAndOffset & Ipv4Header.OFFSET_MASK) != 0) {
            return IcmpSuppressed.ABOUT_LATER_FRAGMENT;
        }
        int source = (int) about.srcLo();
        if (Ipv4Address.isMulticast(source) || Ipv4Address.isReserved(source) || Ipv4Address.isThisNetwork(source)
                || Ipv4Address.isLoopback(source) && !about.link().isLoopback()) {
            return IcmpSuppressed.SOURCE_NOT_A_HOST;
        }
        boolean query = about.protocol() != IpProtocol.ICMP || about.payloadLength() > 0
                && isQuery(Bytes.u8(about.payload(), about.payloadOffset() + IcmpMessage.TYPE));
        return query ? null : IcmpSuppressed.ABOUT_ERROR;
    }

    private static boolean isQuery(int type) {
        return switch (type) {
            case IcmpType.ECHO_REQUEST, IcmpType.ECHO_REPLY, IcmpType.TIMESTAMP_REQUEST, IcmpType.TIMESTAMP_REPLY,
                    IcmpType.INFORMATION_REQUEST, IcmpType.INFORMATION_REPLY -> true;
            default -> false;
        };
    }

    private boolean transmit(IpPacket about, int type, int code, int rest) {
        IpPath path;
        try {
            // From the address that the packet was sent to: the only one its sender knows us by (RFC 1812 §4.3.2.4).
            path = ipv4.path(about.destination(), about.source());
        } catch (NoRouteToHostException _) {
            return false;
        }
        OutFramePool pool = path.link().frames();
        OutFrame frame = pool.tryAcquire();
        if (frame == null) {
            return false;
        }
        try {
            int quoted = Math.min(about.headerLength() + about.payloadLength(), MAX_QUOTED);
            int length = IcmpMessage.HEADER_LENGTH + quoted;
            int at = frame.append(length);
            int body = at + IcmpMessage.HEADER_LENGTH;
            Bytes.copy(about.header(), about.headerOffset(), frame.head(), body, about.headerLength());
            Bytes.copy(about.payload(), about.payloadOffset(), frame.head(), body + about.headerLength(),
                    quoted - about.headerLength());
            finishChecksum(about, frame, body + about.headerLength(), quoted - about.headerLength());
            IcmpMessage.write(frame.head(), at, type, code, rest, length);
            // RFC 1122 §3.2.2: an error has normal type of service.
            return path.send(frame, IpProtocol.ICMP, 0, 0, false);
        } finally {
            pool.release(frame);
        }
    }

    /**
     * Where the device has left a checksum to us that nobody will look at (D5), the quoted packet gets the one that it would have
     * on a wire: who reads the error may check it.
     *
     * @param quoted where the {@code length} quoted bytes of the transport are in the head of {@code frame}
     */
    private static void finishChecksum(IpPacket about, OutFrame frame, int quoted, int length) {
        boolean tcp = about.protocol() == IpProtocol.TCP;
        int field = tcp ? TcpHeader.CHECKSUM : UdpHeader.CHECKSUM;
        if (about.isChecksumVerified() && (tcp || about.protocol() == IpProtocol.UDP) && length >= field + Short.BYTES
                && Bytes.u16(frame.head(), quoted + field) != 0) {
            Bytes.set16(frame.head(), quoted + field, TransportChecksum.of(about, field));
        }
    }
}
