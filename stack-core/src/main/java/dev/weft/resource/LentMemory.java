package dev.weft.resource;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Native memory that its owner fills again and again, and that others may keep in between: it stays as it is until each of them has
 * given it back, and whether that is so the owner asks before it fills it anew. Whoever lets go of it last, the owner included,
 * frees it.
 *
 * <p>{@link #keep} belongs to the owner's thread, in what it calls with the memory; {@link #giveBack} is anybody's.
 */
public final class LentMemory implements AutoCloseable {

    private final OffHeap.Region region;
    /** Those who keep it, and the owner until it has closed it. */
    private final AtomicInteger holders = new AtomicInteger(1);

    /**
     * Zeroed memory that nobody keeps.
     *
     * @param owner its name in the {@link OffHeap} ledger
     * @param bytes at least 1
     */
    public LentMemory(String owner, long bytes) {
        region = OffHeap.allocate(owner, bytes);
    }

    /** The memory. Access after it was freed throws {@link IllegalStateException}. */
    public MemorySegment segment() {
        return region.segment();
    }

    /** Whether nobody keeps it, so that its owner may fill it anew. */
    public boolean isFree() {
        return holders.get() == 1;
    }

    /** Has it stay as it is until {@link #giveBack}, which must be called once for each call of this. */
    public void keep() {
        holders.incrementAndGet();
    }

    /** One who has kept it needs it no more. */
    public void giveBack() {
        if (holders.decrementAndGet() == 0) {
            region.close();
        }
    }

    /** The owner needs it no more; to be called once. */
    @Override
    public void close() {
        giveBack();
    }
}
