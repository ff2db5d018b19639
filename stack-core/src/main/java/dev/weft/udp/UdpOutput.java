package dev.weft.udp;

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

/** Sends datagrams: copies the payload once into native memory, sums it, hands it to IP. Any thread; never suspends. */
final class UdpOutput implements AutoCloseable {

    /** An even number, so that each chunk begins on a word of the checksum; the largest datagram takes four. */
    static final int CHUNK_BYTES = 16 << 10;
    private static final int IPV6_HEADER = 40;
    private static final int LARGEST = 0xffff;

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
        OutFramePool frames = path.link().frames();
        OutFrame frame = frames.tryAcquire();
        if (frame == null) {
            drops.increment(UdpDrop.NO_FRAME);
            return;
        }
        Chunk copy = null;
        try {
            MemorySegment bytes = MemorySegment.ofArray(payload);
            int inHead = Math.min(payload.length, frame.tailroom());
            if (payload.length <= inHead) {
                MemorySegment.copy(bytes, 0, frame.head(), frame.append(inHead), inHead);
            } else {
                copy = copy(bytes, payload.length);
                if (copy == null) {
                    drops.increment(UdpDrop.NO_MEMORY);
                    return;
                }
                for (Chunk chunk = copy; chunk != null; chunk = chunk.next) {
                    frame.addPiece(chunk.segment(), 0, chunk.end);
                }
            }
            finish(path, localPort, remotePort, frame);
            if (path.send(frame, IpProtocol.UDP, hopLimit(path, options), options.trafficClass(), options.dontFragment())) {
                sent.increment();
            } else {
                drops.increment(UdpDrop.NOT_TAKEN);
            }
        } finally {
            frames.release(frame);
            release(copy);
        }
    }

    /** Prepends the header; the checksum is always sent (RFC 1122 §4.1.3.4). */
    private static void finish(IpPath path, int localPort, int remotePort, OutFrame frame) {
        int at = frame.prepend(UdpHeader.LENGTH);
        int length = frame.length();
        UdpHeader.write(frame.head(), at, localPort, remotePort, length, 0);
        long sum = TransportChecksum.pseudoHeader(path, IpProtocol.UDP, length);
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

    private Chunk copy(MemorySegment bytes, int length) {
        Chunk first = null;
        // From the end, so that the chain is in order; the last chunk is the one that may be short.
        for (int from = (length - 1) / CHUNK_BYTES * CHUNK_BYTES; from >= 0; from -= CHUNK_BYTES) {
            Chunk chunk = pool.tryAcquire();
            if (chunk == null) {
                release(first);
                return null;
            }
            chunk.end = Math.min(CHUNK_BYTES, length - from);
            MemorySegment.copy(bytes, from, chunk.segment(), 0, chunk.end);
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
