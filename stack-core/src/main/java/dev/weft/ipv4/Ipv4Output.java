package dev.weft.ipv4;

import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.device.OutFramePool;
import dev.weft.device.SegmentCutter;
import dev.weft.ip.TransportChecksum;
import dev.weft.link.Link;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.runtime.Randomness;
import dev.weft.wire.Bytes;
import dev.weft.wire.EtherType;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.TcpHeader;
import dev.weft.wire.UdpHeader;

/**
 * Sends packets: puts the header before them, cuts what is too long, and hands them to the link or to the neighbour that is
 * being asked for. Any thread; no lock, no garbage, never suspends.
 */
final class Ipv4Output {

    private final int defaultTtl;
    private final Identifications identifications;
    private final CounterGroup<Ipv4Drop> drops;
    private final Counter packets;
    private final Counter fragments;
    private final Counter parked;

    Ipv4Output(int defaultTtl, Randomness randomness, Counters counters) {
        this.defaultTtl = defaultTtl;
        identifications = new Identifications(randomness);
        drops = new CounterGroup<>(counters, "ipv4.out", Ipv4Drop.class);
        packets = counters.counter("ipv4.out.packets");
        fragments = counters.counter("ipv4.out.fragments");
        parked = counters.counter("ipv4.out.parked");
    }

    long identificationKey(int source, int destination) {
        return identifications.key(source, destination);
    }

    void dropped(Ipv4Drop why) {
        drops.increment(why);
    }

    boolean send(Ipv4Path path, OutFrame frame, int protocol, int ttl, int tos, boolean whole) {
        boolean dontFragment = whole && !path.mustAllowFragments();
        if (!fits(path, frame, protocol)) {
            return sendInFragments(path, frame, protocol, ttl, tos, dontFragment);
        }
        prepend(path, frame, protocol, ttl, tos, dontFragment);
        boolean taken = transmit(path, frame);
        frame.strip(Ipv4Header.LENGTH);
        if (taken) {
            packets.increment();
        }
        return taken;
    }

    int send(Ipv4Path path, OutFrame[] frames, int from, int to, int protocol, int ttl, int tos, boolean whole) {
        long mac = path.mac();
        boolean dontFragment = whole && !path.mustAllowFragments();
        boolean together = mac >= 0;
        for (int i = from; together && i < to; i++) {
            together = fits(path, frames[i], protocol);
        }
        if (!together) {
            for (int i = from; i < to; i++) {
                if (!send(path, frames[i], protocol, ttl, tos, whole)) {
                    return i - from;
                }
            }
            return to - from;
        }
        for (int i = from; i < to; i++) {
            prepend(path, frames[i], protocol, ttl, tos, dontFragment);
        }
        int taken = path.out.link.transmit(frames, from, to, mac, EtherType.IPV4);
        for (int i = from; i < to; i++) {
            frames[i].strip(Ipv4Header.LENGTH);
        }
        packets.add(taken);
        drops.add(Ipv4Drop.DEVICE_FULL, to - from - taken);
        return taken;
    }

    /** Whether the frame goes as it is: what is on the wire in the end, perhaps after the device has cut it, is short enough. */
    private static boolean fits(Ipv4Path path, OutFrame frame, int protocol) {
        int whole = Ipv4Header.LENGTH + frame.length();
        if (whole <= path.mtu()) {
            return whole <= Ipv4Header.MAXIMUM_TOTAL_LENGTH;
        }
        return frame.segmentSize() > 0 && whole <= Ipv4Header.MAXIMUM_TOTAL_LENGTH
                && Ipv4Header.LENGTH + transportHeader(frame, protocol) + frame.segmentSize() <= path.mtu();
    }

    private static int transportHeader(OutFrame frame, int protocol) {
        return protocol == IpProtocol.TCP ? (Bytes.u8(frame.head(), frame.start() + TcpHeader.DATA_OFFSET) >>> 4) * 4
                : UdpHeader.LENGTH;
    }

    /** How many packets it will be on the wire. */
    private static int packets(OutFrame frame, int protocol) {
        int size = frame.segmentSize();
        return size == 0 ? 1 : Math.max(1, (frame.length() - transportHeader(frame, protocol) + size - 1) / size);
    }

    private void prepend(Ipv4Path path, OutFrame frame, int protocol, int ttl, int tos, boolean dontFragment) {
        // RFC 6864 §4.1: of a datagram that neither is nor can become a fragment, the identification means nothing.
        // Segments that a device cuts count up from that of the frame (RFC 791 §3.1: each datagram has its own).
        int identification = dontFragment ? 0 : identifications.next(path.identificationKey, packets(frame, protocol));
        int at = frame.prepend(Ipv4Header.LENGTH);
        Ipv4Header.write(frame.head(), at, frame.length(), tos, identification,
                dontFragment ? Ipv4Header.DONT_FRAGMENT : 0, ttl == 0 ? defaultTtl : ttl, protocol,
                path.local.bits(), path.remote.bits());
    }

    private boolean transmit(Ipv4Path path, OutFrame frame) {
        long mac = path.mac();
        if (mac < 0) {
            // What does not fit is counted by ARP, which knows why.
            boolean kept = frame.segmentSize() > 0 ? parkInPieces(path, frame) : path.out.neighbours.park(path.nextHop, frame);
            if (kept) {
                parked.increment();
            }
            return kept;
        }
        boolean taken = path.out.link.transmit(frame, mac, EtherType.IPV4);
        if (!taken) {
            drops.increment(Ipv4Drop.DEVICE_FULL);
        }
        return taken;
    }

    /** What waits for a neighbour is bounded packet by packet; so it is cut already. Whether any of it waits. */
    private static boolean parkInPieces(Ipv4Path path, OutFrame frame) {
        OutFramePool pool = path.out.link.frames();
        OutFrame piece = pool.tryAcquire();
        if (piece == null) {
            return false;
        }
        try {
            var cutter = new SegmentCutter();        // hardly ever: who sends that much knows its neighbour
            boolean any = false;
            boolean goesOn = cutter.begin(frame, LinkType.RAW_IP);
            while (goesOn && cutter.hasNext()) {
                cutter.next(piece);
                goesOn = path.out.neighbours.park(path.nextHop, piece);
                any |= goesOn;
            }
            return any;
        } finally {
            pool.release(piece);
        }
    }

    /** RFC 791 §3.2 "An Example Fragmentation Procedure"; without options there is nothing to copy into later fragments. */
    private boolean sendInFragments(Ipv4Path path, OutFrame frame, int protocol, int ttl, int tos, boolean dontFragment) {
        Ipv4Drop why = Ipv4Header.LENGTH + frame.length() > Ipv4Header.MAXIMUM_TOTAL_LENGTH ? Ipv4Drop.TOO_LONG
                : dontFragment ? Ipv4Drop.MUST_NOT_FRAGMENT
                : frame.segmentSize() > 0 ? Ipv4Drop.SEGMENTS_TOO_LONG : null;
        if (why != null) {
            drops.increment(why);
            return false;
        }
        TransportChecksum.complete(frame, protocol);  // a fragment has no transport header, so no device could
        Link link = path.out.link;
        OutFramePool pool = link.frames();
        int identification = identifications.next(path.identificationKey, 1);
        // What lies in the head is copied into the head of a fragment, so no fragment takes more of it than fits there.
        int room = OutFrame.HEAD_BYTES - OutFrame.HEADROOM;
        int inOne = path.mtu() - Ipv4Header.LENGTH;
        int step = (frame.headLength() > room ? Math.min(room, inOne) : inOne) & ~7;
        int total = frame.length();
        for (int at = 0; at < total; at += step) {
            OutFrame fragment = pool.tryAcquire();
            if (fragment == null) {
                drops.increment(Ipv4Drop.NO_FRAME);
                return false;
            }
            try {
                int count = Math.min(step, total - at);
                boolean more = at + count < total;
                slice(frame, at, count, fragment);
                Ipv4Header.write(fragment.head(), fragment.prepend(Ipv4Header.LENGTH), fragment.length(), tos, identification,
                        (more ? Ipv4Header.MORE_FRAGMENTS : 0) | at >>> 3, ttl == 0 ? defaultTtl : ttl, protocol,
                        path.local.bits(), path.remote.bits());
                if (!transmit(path, fragment)) {
                    return false;   // the others are of no use without this one
                }
                fragments.increment();
            } finally {
                pool.release(fragment);
            }
        }
        packets.increment();
        return true;
    }

    /** Puts {@code count} bytes of {@code from}, beginning at {@code at}, into {@code to}: copies what is in the head, refers to the rest. */
    private static void slice(OutFrame from, int at, int count, OutFrame to) {
        int skip = at;
        int left = count;
        int inHead = Math.min(left, from.headLength() - skip);
        if (inHead > 0) {
            int target = to.append(inHead);
            Bytes.copy(from.head(), from.start() + skip, to.head(), target, inHead);
            left -= inHead;
        }
        skip = Math.max(0, skip - from.headLength());
        for (int i = 0; left > 0; i++) {
            int length = from.pieceLength(i);
            if (skip < length) {
                int n = Math.min(left, length - skip);
                to.addPiece(from.pieceSegment(i), from.pieceOffset(i) + skip, n);
                left -= n;
                skip = 0;
            } else {
                skip -= length;
            }
        }
    }
}
