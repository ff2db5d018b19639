package dev.weft.udp;

import dev.weft.device.LinkCast;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.IpLayer;
import dev.weft.ip.IpPacket;
import dev.weft.ip.IpProtocolHandler;
import dev.weft.ip.TransportErrors;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.wire.Bytes;
import dev.weft.wire.Defect;
import dev.weft.wire.IpAddress;
import dev.weft.wire.UdpHeader;
import dev.weft.wire.UdpView;
import java.lang.foreign.MemorySegment;
import java.net.NoRouteToHostException;

/** From IP to the socket that a datagram, or an error about one, is for. On readers: no lock, no garbage. */
final class UdpInput implements IpProtocolHandler, TransportErrors {

    private final UdpTable sockets;
    private final IpLayer ip;
    private final CounterGroup<Defect.Udp> malformed;
    private final CounterGroup<UdpDiscard> discards;
    private final Counter received;

    UdpInput(UdpTable sockets, IpLayer ip, Counters counters) {
        this.sockets = sockets;
        this.ip = ip;
        malformed = new CounterGroup<>(counters, "udp.in.malformed", Defect.Udp.class);
        discards = new CounterGroup<>(counters, "udp.in", UdpDiscard.class);
        received = counters.counter("udp.in.datagrams");
    }

    @Override
    public boolean handle(IpPacket packet) {
        // The slot belongs to whichever transport the packet object carried last.
        UdpView view;
        if (packet.transportView() instanceof UdpView kept) {
            view = kept;
        } else {
            view = new UdpView();
            packet.transportView(view);
        }
        Defect.Udp defect = view.wrap(packet.payload(), packet.payloadOffset(), packet.payloadLength());
        if (defect != null) {
            malformed.increment(defect);
            return true;
        }
        if (!packet.isChecksumVerified()
                && !view.checksumCorrect(packet.srcHi(), packet.srcLo(), packet.dstHi(), packet.dstLo())) {
            discards.increment(UdpDiscard.BAD_CHECKSUM);
            return true;
        }
        if (view.destinationPort() == 0) {
            discards.increment(UdpDiscard.PORT_ZERO);
        } else if (packet.cast() == LinkCast.UNICAST) {
            toOne(packet, view);
        } else {
            toAll(packet, view);
        }
        return true;
    }

    private void toOne(IpPacket packet, UdpView view) {
        UdpSocket socket = sockets.find(packet.dstHi(), packet.dstLo(), view.destinationPort(), packet.srcHi(),
                packet.srcLo(), view.sourcePort());
        if (socket == null) {
            discards.increment(UdpDiscard.NO_SOCKET);
            ip.errors().portUnreachable(packet);
        } else {
            deliver(socket, packet, view);
        }
    }

    private void toAll(IpPacket packet, UdpView view) {
        boolean taken = false;
        for (UdpSocket socket : sockets.candidates(view.destinationPort())) {
            if (UdpTable.fits(socket, packet, view.destinationPort(), view.sourcePort())) {
                deliver(socket, packet, view);
                taken = true;
            }
        }
        if (!taken) {
            discards.increment(UdpDiscard.NO_SOCKET);
        }
    }

    /** Hands it over; datagrams that the device has joined one by one (D5). */
    private void deliver(UdpSocket socket, IpPacket packet, UdpView view) {
        int length = view.payloadLength();
        int size = packet.segmentSize() == 0 ? length : packet.segmentSize();
        int at = 0;
        do {
            int bytes = Math.min(size, length - at);
            UdpDiscard why = socket.deliver(packet, view.sourcePort(), view.payloadOffset() + at, bytes);
            if (why == null) {
                received.increment();
            } else {
                discards.increment(why);
            }
            at += bytes;
        } while (at < length);
    }

    @Override
    public void error(IcmpErrorKind kind, int mtu, long srcHi, long srcLo, long dstHi, long dstLo,
                      MemorySegment quoted, long offset, int length) {
        int localPort = Bytes.u16(quoted, offset + UdpHeader.SOURCE_PORT);
        int remotePort = Bytes.u16(quoted, offset + UdpHeader.DESTINATION_PORT);
        UdpSocket socket = sockets.find(srcHi, srcLo, localPort, dstHi, dstLo, remotePort);
        if (socket == null) {
            discards.increment(UdpDiscard.ICMP_UNMATCHED);
        } else if (kind == IcmpErrorKind.PACKET_TOO_BIG && socket.options().dontFragment()) {
            tooBig(IpAddress.ofBits(srcHi, srcLo), IpAddress.ofBits(dstHi, dstLo), mtu);
        } else if (!socket.error(kind, dstHi, dstLo, remotePort)) {
            discards.increment(UdpDiscard.ICMP_IGNORED);
        }
    }

    /** RFC 1191 §6.2: the next datagram that is too long for the path is an error of the call that sends it. */
    private void tooBig(IpAddress local, IpAddress remote, int mtu) {
        try {
            ip.path(local, remote).tooBig(mtu);
        } catch (NoRouteToHostException _) {
            discards.increment(UdpDiscard.ICMP_UNMATCHED);
        }
    }
}
