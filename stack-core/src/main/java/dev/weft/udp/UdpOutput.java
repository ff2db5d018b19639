package dev.weft.udp;

import dev.weft.device.ChecksumMark;
import dev.weft.device.OutFrame;
import dev.weft.device.OutFramePool;
import dev.weft.ip.IpPath;
import dev.weft.ip.TransportChecksum;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.wire.Checksum;
import dev.weft.wire.IpProtocol;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.UdpHeader;
import java.lang.foreign.MemorySegment;

/**
 * Sends datagrams: copies the payload once into native memory, sums it unless the device does, hands it to IP. Any thread;
 * never suspends.
 */
final class UdpOutput implements AutoCloseable {

    /** An even number, so that each chunk begins on a word of the checksum; the largest datagram takes four. */
    static final int CHUNK_BYTES = 16 << 10;
    private static final int IPV6_HEADER = 40;
    private static final int LARGEST = 0xffff;
    /** As many datagrams leave in one frame, as in Linux. */
    static final int MOST_TOGETHER = 64;

    private final ChunkPool pool;
    private final CounterGroup<UdpDrop> drops;
    private final Counter sent;

    UdpOutput(long memory, Counters counters) {
        pool = new ChunkPool("udp.send", CHUNK_BYTES, memory);
        drops = new CounterGroup<>(counters, "udp.out", UdpDrop.class);
        sent = counters.counter("udp.out.datagrams");
    }

    /**
     * Sends one datagram, or drops and counts it.
     *
     * @throws DatagramTooLongException when no datagram to there can be so long
     */
    void send(IpPath path, int localPort, int remotePort, byte[] payload, UdpOptions options)
            throws DatagramTooLongException {
        checkLength(path, payload.length, options);
        send(path, localPort, remotePort, payload, 0, payload.length, 0, options);
    }

    /**
     * Sends datagrams of {@code size} bytes each, the last of which may be shorter; as many as one packet has room for leave in
     * one frame, which the device cuts, or the link for it.
     *
     * @throws DatagramTooLongException when no datagram to there can be so long
     */
    void sendAll(IpPath path, int localPort, int remotePort, byte[] payload, int size, UdpOptions options)
            throws DatagramTooLongException {
        checkLength(path, Math.min(size, payload.length), options);
        int header = path.remote().isIpv4() ? Ipv4Header.LENGTH : IPV6_HEADER;
        boolean whole = header + UdpHeader.LENGTH + size <= path.mtu();
        int together = whole ? Math.clamp((LARGEST - UdpHeader.LENGTH - header) / size, 1, MOST_TOGETHER) : 1;
        for (int at = 0; at < payload.length;) {
            int length = (int) Math.min((long) together * size, payload.length - at);
            send(path, localPort, remotePort, payload, at, length, length > size ? size : 0, options);
            at += length;
        }
    }

    /** Sends {@code length} bytes from {@code from} on; in datagrams of {@code size} bytes each, or in one if that is 0. */
    private void send(IpPath path, int localPort, int remotePort, byte[] payload, int from, int length, int size,
                      UdpOptions options) {
        int datagrams = size == 0 ? 1 : (length + size - 1) / size;
        OutFramePool frames = path.link().frames();
        OutFrame frame = frames.tryAcquire();
        if (frame == null) {
            drops.add(UdpDrop.NO_FRAME, datagrams);
            return;
        }
        Chunk copy = null;
        try {
            MemorySegment bytes = MemorySegment.ofArray(payload);
            if (length <= frame.tailroom()) {
                MemorySegment.copy(bytes, from, frame.head(), frame.append(length), length);
            } else {
                copy = copy(bytes, from, length);
                if (copy == null) {
                    drops.add(UdpDrop.NO_MEMORY, datagrams);
                    return;
                }
                for (Chunk chunk = copy; chunk != null; chunk = chunk.next) {
                    frame.addPiece(chunk.segment(), 0, chunk.end);
                }
            }
            finish(path, localPort, remotePort, frame, size);
            if (path.send(frame, IpProtocol.UDP, hopLimit(path, options), options.trafficClass(), options.dontFragment())) {
                sent.add(datagrams);
            } else {
                drops.add(UdpDrop.NOT_TAKEN, datagrams);
            }
        } finally {
            frames.release(frame);
            release(copy);
        }
    }

    /** Prepends the header; the checksum is always sent (RFC 1122 §4.1.3.4). */
    private static void finish(IpPath path, int localPort, int remotePort, OutFrame frame, int size) {
        int at = frame.prepend(UdpHeader.LENGTH);
        int length = frame.length();
        UdpHeader.write(frame.head(), at, localPort, remotePort, length, 0);
        long sum = TransportChecksum.pseudoHeader(path, IpProtocol.UDP, length);
        if (size > 0 || path.link().offloads().checksum()) {
            // The device sums the rest (D5); IP does where it has to make fragments.
            UdpHeader.write(frame.head(), at, localPort, remotePort, length, Checksum.fold(sum));
            frame.mark(ChecksumMark.PARTIAL, size);
            return;
        }
        sum = Checksum.sum(frame.head(), at, frame.headLength(), sum);
        for (int i = 0; i < frame.pieceCount(); i++) {
            sum = Checksum.sum(frame.pieceSegment(i), frame.pieceOffset(i), frame.pieceLength(i), sum);
        }
        UdpHeader.write(frame.head(), at, localPort, remotePort, length, UdpHeader.finishChecksum(sum));
    }

    private static void checkLength(IpPath path, int length, UdpOptions options) throws DatagramTooLongException {
        boolean v4 = path.remote().isIpv4();
        // RFC 791 §3.1: the total length counts the header; RFC 8200 §3: the payload length does not.
        int limit = LARGEST - UdpHeader.LENGTH - (v4 ? Ipv4Header.LENGTH : 0);
        if (length > limit) {
            throw new DatagramTooLongException(length, limit, "UDP over " + (v4 ? "IPv4" : "IPv6"));
        }
        if (options.dontFragment()) {
            int whole = path.mtu() - UdpHeader.LENGTH - (v4 ? Ipv4Header.LENGTH : IPV6_HEADER);
            if (length > whole) {
                throw new DatagramTooLongException(length, whole, "one packet to " + path.remote()
                        + " (UdpOptions.dontFragment, MTU " + path.mtu() + ")");
            }
        }
    }

    private static int hopLimit(IpPath path, UdpOptions options) {
        // RFC 1112 §6.1: if the upper layer does not say otherwise, multicast does not leave the network.
        return options.hopLimit() == 0 && path.remote().isMulticast() ? 1 : options.hopLimit();
    }

    private Chunk copy(MemorySegment bytes, int begin, int length) {
        Chunk first = null;
        // From the end, so that the chain is in order; the last chunk is the one that may be short.
        for (int from = (length - 1) / CHUNK_BYTES * CHUNK_BYTES; from >= 0; from -= CHUNK_BYTES) {
            Chunk chunk = pool.tryAcquire();
            if (chunk == null) {
                release(first);
                return null;
            }
            chunk.end = Math.min(CHUNK_BYTES, length - from);
            MemorySegment.copy(bytes, begin + from, chunk.segment(), 0, chunk.end);
            chunk.next = first;
            first = chunk;
        }
        return first;
    }

    private void release(Chunk first) {
        Chunk chunk = first;
        while (chunk != null) {
            Chunk next = chunk.next;
            pool.release(chunk);
            chunk = next;
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
