package dev.weft.ipv4;

import dev.weft.device.LinkCast;
import dev.weft.ip.IcmpErrors;
import dev.weft.ip.IpPacket;
import dev.weft.link.Link;
import dev.weft.resource.Chunk;
import dev.weft.resource.ChunkPool;
import dev.weft.resource.Counter;
import dev.weft.resource.CounterGroup;
import dev.weft.resource.Counters;
import dev.weft.resource.OffHeap;
import dev.weft.runtime.KeyedHash;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.Signal;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.Ipv4View;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The {@link FragmentCache} with what it needs around it: a lock, memory for whole datagrams, counters, and the daemon that
 * expires what does not become whole.
 *
 * <p><b>Blocking.</b> Readers take the lock and copy one fragment under it. The daemon never queues for it: a virtual thread
 * in the queue that has no carrier would hold up the readers behind it. It tries, and comes back a little later.
 */
final class Reassembly implements AutoCloseable {

    private static final long RETRY_NANOS = 1_000_000;
    /** How much of a first fragment is kept for the error about it: more than any ICMP message quotes (RFC 1812 §4.3.2.3). */
    private static final int QUOTED_BYTES = 576;
    /** Datagrams that are being handed up at once: one for each reader, and each of a stack's links has one. */
    private static final int WHOLE_AT_ONCE = 16;

    private final NanoClock clock;
    private final Supplier<IcmpErrors> errors;
    private final Signal changed;
    private final ChunkPool pages;
    private final ChunkPool wholes;
    private final OffHeap.Region quote;
    private final CounterGroup<FragmentOutcome> outcomes;
    private final Counter expired;
    private final Counter evicted;

    /** Nothing is sent, called back or waited for under it. */
    private final ReentrantLock lock = new ReentrantLock();
    private final FragmentCache cache;    // guarded by lock
    private long evictedCounted;          // guarded by lock
    private boolean closed;               // guarded by lock

    Reassembly(NanoClock clock, Randomness randomness, Counters counters, Supplier<IcmpErrors> errors,
               Ipv4Options options) {
        this.clock = clock;
        this.errors = errors;
        changed = new Signal(clock);
        pages = new ChunkPool("ipv4.fragments", FragmentedDatagram.PAGE_BYTES, options.reassemblyBytes());
        wholes = new ChunkPool("ipv4.reassembled", FragmentedDatagram.MAX_BYTES,
                (long) WHOLE_AT_ONCE * FragmentedDatagram.MAX_BYTES);
        quote = OffHeap.allocate("ipv4.expired", QUOTED_BYTES + FragmentedDatagram.HEADER_ROOM);
        cache = new FragmentCache(pages, options.reassemblyBytes(),
                Math.max(options.reassemblyBytes() / 4, FragmentCache.MINIMUM_PER_SOURCE),
                options.fragmentLifetime().toNanos(), KeyedHash.keyedBy(randomness));
        outcomes = new CounterGroup<>(counters, "ipv4.fragments", FragmentOutcome.class);
        expired = counters.counter("ipv4.fragments.expired");
        evicted = counters.counter("ipv4.fragments.evicted");
    }

    /**
     * Takes a fragment in.
     *
     * @param packet is filled with the whole datagram when this fragment completes it
     * @return memory of the whole datagram, to be given back by {@link #release} once it was handled; null when there is
     *     none yet, or no memory for it ({@code packet} is untouched then)
     */
    Chunk add(long now, Ipv4View fragment, Link link, LinkCast cast, IpPacket packet) {
        Chunk whole = null;
        FragmentOutcome outcome;
        boolean begun;
        lock.lock();
        try {
            if (closed) {
                return null;
            }
            boolean idle = cache.deadline() == NanoClock.FOREVER;
            outcome = cache.add(now, fragment, link, cast);
            if (outcome == FragmentOutcome.COMPLETED) {
                FragmentedDatagram datagram = cache.takeCompleted();
                whole = wholes.tryAcquire();
                if (whole == null) {
                    outcome = FragmentOutcome.NO_MEMORY;
                } else {
                    assemble(datagram, whole.segment(), packet);
                }
                cache.release(datagram);
            }
            evicted.add(cache.evicted() - evictedCounted);
            evictedCounted = cache.evicted();
            begun = idle && cache.deadline() != NanoClock.FOREVER;
        } finally {
            lock.unlock();
        }
        outcomes.increment(outcome);
        if (begun) {
            changed.raise();
        }
        return whole;
    }

    /** Gives back the memory of a datagram that was handled. */
    void release(Chunk whole) {
        wholes.release(whole);
    }

    /** Writes the whole packet, with the header that it would have had in one piece. */
    private static void assemble(FragmentedDatagram datagram, MemorySegment target, IpPacket packet) {
        datagram.copyTo(target);
        int headerLength = datagram.headerLength();
        int header = FragmentedDatagram.HEADER_ROOM - headerLength;
        int tos = Bytes.u8(target, header + Ipv4Header.TOS) & 0xfc | datagram.combinedEcn();
        Bytes.set8(target, header + Ipv4Header.TOS, tos);
        Bytes.set16(target, header + Ipv4Header.TOTAL_LENGTH, headerLength + datagram.length());
        Bytes.set16(target, header + Ipv4Header.FLAGS_AND_OFFSET, 0);
        Bytes.set16(target, header + Ipv4Header.CHECKSUM, 0);
        Bytes.set16(target, header + Ipv4Header.CHECKSUM,
                Checksum.finish(Checksum.sum(target, header, headerLength, 0)));
        describe(target, headerLength, datagram.length(), packet);
    }

    private static void describe(MemorySegment bytes, int headerLength, int payloadLength, IpPacket packet) {
        int header = FragmentedDatagram.HEADER_ROOM - headerLength;
        packet.addresses(0, Ipv4Address.mapped(Bytes.i32(bytes, header + Ipv4Header.SOURCE)),
                0, Ipv4Address.mapped(Bytes.i32(bytes, header + Ipv4Header.DESTINATION)));
        packet.fields(Bytes.u8(bytes, header + Ipv4Header.PROTOCOL), Bytes.u8(bytes, header + Ipv4Header.TOS),
                Bytes.u8(bytes, header + Ipv4Header.TTL));
        packet.header(bytes, header, headerLength);
        packet.payload(bytes, FragmentedDatagram.HEADER_ROOM, payloadLength, true, false);
    }

    /** The daemon: expires datagrams and tells their senders; runs until it is interrupted. */
    void run() throws InterruptedException {
        var packet = new IpPacket();
        while (true) {
            boolean found = false;
            long deadline = clock.nanoTime() + RETRY_NANOS;
            if (lock.tryLock()) {
                try {
                    found = takeExpired(packet);
                    deadline = cache.deadline();
                } finally {
                    lock.unlock();
                }
            }
            if (!found) {
                changed.awaitUntil(deadline);
            } else if (packet.headerLength() > 0) {
                // RFC 792, RFC 1122 §3.3.2: only when the first fragment has come, which says whom it concerns.
                errors.get().reassemblyTimeExceeded(packet);
            }
        }
    }

    /** Takes one expired datagram and what an error quotes of it; header length 0 when its first fragment has not come. */
    private boolean takeExpired(IpPacket packet) {
        assert lock.isHeldByCurrentThread();
        FragmentedDatagram datagram = closed ? null : cache.expire(clock.nanoTime());
        if (datagram == null) {
            return false;
        }
        expired.increment();
        if (datagram.hasFirst()) {
            int count = Math.min(datagram.leadingBytes(), QUOTED_BYTES);
            Bytes.copy(datagram.firstPage(), 0, quote.segment(), 0, FragmentedDatagram.HEADER_ROOM + count);
            packet.arrival(datagram.link, null, datagram.cast);
            describe(quote.segment(), datagram.headerLength(), count, packet);
        } else {
            packet.header(MemorySegment.NULL, 0, 0);
        }
        cache.release(datagram);
        return true;
    }

    /** Frees the memory; after the readers and the daemon have ended. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            cache.clear();
        } finally {
            lock.unlock();
        }
        pages.close();
        wholes.close();
        quote.close();
    }
}
