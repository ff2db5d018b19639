package dev.weft.ipv4;

import dev.weft.arp.Arp;
import dev.weft.arp.ArpAnswer;
import dev.weft.arp.ParkedFrameListener;
import dev.weft.device.OutFrame;
import dev.weft.ip.IcmpErrorKind;
import dev.weft.ip.Protocols;
import dev.weft.ip.RouteNotFound;
import dev.weft.link.Link;
import dev.weft.wire.Bytes;
import dev.weft.wire.EtherType;
import dev.weft.wire.InterfaceAddress;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4View;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Neighbours on Ethernet. A packet that waited in vain becomes an error at the socket that sent it: "host unreachable", as
 * a router on the way would have said.
 */
final class ArpNeighbours implements Neighbours {

    /** How much of a packet's payload goes with the error: what tells a transport which socket it was. */
    private static final int QUOTED_BYTES = 64;

    private final Link link;
    private final Arp arp;
    private final Protocols protocols;
    private final ParkedFrameListener onFailure = this::unreachable;

    ArpNeighbours(Link link, Arp arp, Protocols protocols) {
        this.link = link;
        this.arp = arp;
        this.protocols = protocols;
    }

    @Override
    public long lookup(int nextHop) {
        return arp.lookup(nextHop);
    }

    @Override
    public boolean park(int nextHop, OutFrame packet) {
        return arp.sendWhenResolved(nextHop, packet, EtherType.IPV4, onFailure);
    }

    @Override
    public boolean resolve(int nextHop) throws IOException, InterruptedException {
        var address = new Ipv4Address(nextHop);
        return switch (arp.query(address)) {
            case ArpAnswer.Resolved _ -> true;
            case ArpAnswer.Cleared _ -> false;
            case ArpAnswer.Timeout _ -> throw new RouteNotFound("no way to " + address + ": nobody on " + link.name()
                    + " answers for that address");
            case ArpAnswer.Failed(IOException cause) -> throw new IOException("cannot ask for " + address + " on "
                    + link.name(), cause);
        };
    }

    @Override
    public void ownAddresses(List<InterfaceAddress> addresses) {
        arp.setIps(addresses);
    }

    @Override
    public void confirm(int nextHop) {
        arp.confirm(nextHop);
    }

    @Override
    public void suspect(int nextHop) {
        arp.suspect(nextHop);
    }

    /** On ARP's daemon: transports hear of errors on a reader, so what they need is copied and carried there. */
    private void unreachable(int nextHop, int etherType, MemorySegment packet, long offset, int length) {
        var view = new Ipv4View();
        if (view.wrapQuoted(packet, offset, length) != null || view.fragmentOffset() != 0) {
            return;
        }
        int quotedLength = Math.min(view.payloadLength(), QUOTED_BYTES);
        MemorySegment quoted = MemorySegment.ofArray(Bytes.toArray(packet, view.payloadOffset(), quotedLength));
        int protocol = view.protocol();
        long source = Ipv4Address.mapped(view.source());
        long destination = Ipv4Address.mapped(view.destination());
        link.reader().execute(() -> protocols.error(protocol, IcmpErrorKind.HOST_UNREACHABLE, 0, 0, source, 0, destination,
                quoted, 0, quotedLength));
    }
}
