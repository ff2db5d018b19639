package dev.weft.ipv4;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.LinkCast;
import dev.weft.resource.ChunkPool;
import dev.weft.runtime.KeyedHash;
import dev.weft.wire.Ipv4View;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/** A fragment cache with its memory, and fragments for it. */
final class FragmentKit implements AutoCloseable {

    static final long LIFETIME = Duration.ofSeconds(10).toNanos();

    final int budget;
    final ChunkPool pages;
    final FragmentCache cache;
    private final Ipv4View view = new Ipv4View();
    private final MemorySegment whole = MemorySegment.ofArray(new byte[FragmentedDatagram.MAX_BYTES]);

    FragmentKit(int budget, int perSource) {
        this.budget = budget;
        pages = new ChunkPool("test.fragments", FragmentedDatagram.PAGE_BYTES, budget);
        cache = new FragmentCache(pages, budget, perSource, LIFETIME, new KeyedHash(1, 2));
    }

    FragmentKit() {
        this(8 << 20, 8 << 20);
    }

    FragmentOutcome add(long now, Packets fragment) {
        return add(now, fragment.bytes());
    }

    FragmentOutcome add(long now, byte[] packet) {
        assertThat(view.wrap(MemorySegment.ofArray(packet), 0, packet.length)).isNull();
        FragmentOutcome outcome = cache.add(now, view, null, LinkCast.UNICAST);
        assertThat(cache.used()).isBetween(0L, (long) budget);
        assertThat((long) pages.lent() * FragmentedDatagram.PAGE_BYTES).isLessThanOrEqualTo(cache.used());
        return outcome;
    }

    /** The payload of the datagram that was completed; its memory is given back. */
    byte[] takeCompleted() {
        FragmentedDatagram datagram = cache.takeCompleted();
        datagram.copyTo(whole);
        byte[] payload = whole.asSlice(FragmentedDatagram.HEADER_ROOM, datagram.length()).toArray(ValueLayout.JAVA_BYTE);
        cache.release(datagram);
        return payload;
    }

    /** After everything was forgotten: no page, no byte, no entry is left. */
    void assertEmpty() {
        assertThat(cache.count()).isZero();
        assertThat(cache.used()).isZero();
        assertThat(pages.lent()).isZero();
    }

    @Override
    public void close() {
        pages.close();
    }
}
