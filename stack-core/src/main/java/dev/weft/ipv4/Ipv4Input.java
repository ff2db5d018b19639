package dev.weft.ipv4;

import dev.weft.device.ChecksumMark;
import dev.weft.device.Frame;
import dev.weft.device.LinkCast;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpPacket;
import dev.weft.ip.Protocols;
import dev.weft.resource.Chunk;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.route.Routes;
import dev.weft.route.RoutingTable;
import dev.weft.wire.Defect;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4View;
import java.util.function.Supplier;

/**
 * What happens to a received packet, in this order: is its header well formed, can its source be, is it for us, may it have
 * the options it has, is it whole; then its protocol gets it. On the reader; no garbage for a packet that came whole.
 */
final class Ipv4Input {

    private final RoutingTable table;
    private final Protocols protocols;
    private final Reassembly reassembly;
    private final Supplier<IcmpErrors> errors;
    private final CounterGroup<Defect.Ipv4> defects;
    private final CounterGroup<Ipv4Discard> discards;
    private final Counter packets;
    private final Counter delivered;

    Ipv4Input(RoutingTable table, Protocols protocols, Reassembly reassembly, Supplier<IcmpErrors> errors,
              Counters counters) {
        this.table = table;
        this.protocols = protocols;
        this.reassembly = reassembly;
        this.errors = errors;
        defects = new CounterGroup<>(counters, "ipv4.in", Defect.Ipv4.class);
        discards = new CounterGroup<>(counters, "ipv4.in", Ipv4Discard.class);
        packets = counters.counter("ipv4.in.packets");
        delivered = counters.counter("ipv4.in.delivered");
    }

    /** Handles a frame whose window is an IPv4 packet, perhaps with padding of the link behind it. */
    void handle(Ipv4Interface in, Frame frame) {
        packets.increment();
        ReceivedPacket received = keptWith(frame);
        Ipv4View view = received.view;
        Defect.Ipv4 defect = view.wrap(frame.segment(), frame.offset(), frame.length());
        if (defect != null) {
            defects.increment(defect);
            if (view.defectPointer() < 0) {
                return;   // RFC 1122 §3.2.1: silently
            }
        }
        frame.trim(view.totalLength());
        Routes routes = table.current();
        Ipv4Discard why = in.link.isLoopback() ? null : sourceProblem(view, routes);
        if (why == null) {
            why = destinationProblem(in, view, routes, frame.cast());
        }
        if (why == null && view.hasSourceRoute()) {
            why = Ipv4Discard.SOURCE_ROUTE;
        }
        if (why != null) {
            if (defect == null) {   // a packet is counted once
                discards.increment(why);
            }
            return;
        }
        LinkCast cast = castOf(in, view, routes, frame.cast());
        IpPacket packet = received.packet;
        packet.arrival(in.link, frame.batch(), cast);
        if (defect != null) {
            describe(frame, view, packet);
            errors.get().parameterProblem(packet, view.defectPointer());
            return;
        }
        if (view.isFragment()) {
            Chunk whole = reassembly.add(frame.batch().now(), view, in.link, cast, packet);
            if (whole != null) {
                try {
                    deliver(packet);
                } finally {
                    reassembly.release(whole);
                }
            }
            return;
        }
        describe(frame, view, packet);
        packet.memory(frame.lent());
        deliver(packet);
    }

    private static ReceivedPacket keptWith(Frame frame) {
        if (frame.view() instanceof ReceivedPacket received) {
            return received;
        }
        var received = new ReceivedPacket();
        frame.view(received);
        return received;
    }

    private static void describe(Frame frame, Ipv4View view, IpPacket packet) {
        packet.addresses(0, Ipv4Address.mapped(view.source()), 0, Ipv4Address.mapped(view.destination()));
        packet.fields(view.protocol(), view.tos(), view.ttl());
        packet.header(view.segment(), view.offset(), view.headerLength());
        packet.payload(view.segment(), view.payloadOffset(), view.payloadLength(), false,
                frame.checksum() != ChecksumMark.COMPLETE);
        packet.joined(frame.segmentSize());
    }

    private void deliver(IpPacket packet) {
        // RFC 1122 §3.2.1.7: a TTL of 1 or even 0 is no reason for a host to drop what is for it.
        if (protocols.deliver(packet)) {
            delivered.increment();
        } else {
            discards.increment(Ipv4Discard.NO_PROTOCOL);
            errors.get().protocolUnreachable(packet);
        }
    }

    /** RFC 1122 §3.2.1.3: whether the source is one that no packet from a wire can have. */
    private static Ipv4Discard sourceProblem(Ipv4View view, Routes routes) {
        int source = view.source();
        if (Ipv4Address.isMulticast(source)) {
            return Ipv4Discard.SOURCE_MULTICAST;
        }
        if (Ipv4Address.isReserved(source)) {
            return source == -1 ? Ipv4Discard.SOURCE_BROADCAST : Ipv4Discard.SOURCE_RESERVED;
        }
        if (Ipv4Address.isLoopback(source)) {
            return Ipv4Discard.SOURCE_LOOPBACK;
        }
        if (Ipv4Address.isThisNetwork(source)) {
            // A client of DHCP has no address yet (RFC 2131 §4.1).
            return source == 0 && view.destination() == -1 ? null : Ipv4Discard.SOURCE_THIS_NETWORK;
        }
        if (routes.linkOf(0, Ipv4Address.mapped(source)) != null) {
            return Ipv4Discard.SOURCE_OWN;
        }
        return routes.broadcastLink(source) != null ? Ipv4Discard.SOURCE_BROADCAST : null;
    }

    /** RFC 1122 §3.2.1.3: whether the packet is not for us. */
    private static Ipv4Discard destinationProblem(Ipv4Interface in, Ipv4View view, Routes routes, LinkCast frameCast) {
        int destination = view.destination();
        if (Ipv4Address.isMulticast(destination)) {
            return in.isMember(destination) ? null : Ipv4Discard.GROUP_NOT_JOINED;
        }
        if (isBroadcast(in, destination, routes)) {
            return null;
        }
        if (Ipv4Address.isReserved(destination) || Ipv4Address.isThisNetwork(destination)) {
            return Ipv4Discard.DESTINATION_INVALID;
        }
        if (Ipv4Address.isLoopback(destination)) {
            return in.link.isLoopback() ? null : Ipv4Discard.DESTINATION_LOOPBACK;
        }
        if (frameCast != LinkCast.UNICAST) {
            return Ipv4Discard.UNICAST_IN_LINK_GROUP;
        }
        return routes.linkOf(0, Ipv4Address.mapped(destination)) != null ? null : Ipv4Discard.NOT_OURS;
    }

    private static LinkCast castOf(Ipv4Interface in, Ipv4View view, Routes routes, LinkCast frameCast) {
        int destination = view.destination();
        if (Ipv4Address.isMulticast(destination)) {
            return LinkCast.MULTICAST;
        }
        return isBroadcast(in, destination, routes) ? LinkCast.BROADCAST : frameCast;
    }

    private static boolean isBroadcast(Ipv4Interface in, int destination, Routes routes) {
        return destination == -1 || routes.isBroadcastOn(in.link, destination);
    }
}
