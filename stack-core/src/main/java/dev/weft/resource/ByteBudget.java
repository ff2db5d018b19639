package dev.weft.resource;

import java.util.concurrent.atomic.AtomicLong;

/**
 * So many bytes for all who share it: whoever wants to keep some reserves them first and gives them back later. Never
 * waits, makes no garbage, safe for use by any thread.
 */
public final class ByteBudget {

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /**
     * A budget with nothing reserved.
     *
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    public ByteBudget(long limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("a budget of " + limit + " bytes is not possible");
        }
        this.limit = limit;
    }

    /**
     * Reserves {@code bytes} if they are left, all or none.
     *
     * @throws IllegalArgumentException if {@code bytes} is negative
     */
    public boolean tryReserve(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("cannot reserve " + bytes + " bytes");
        }
        long now;
        do {
            now = used.get();
            if (bytes > limit - now) {
                return false;
            }
        } while (!used.compareAndSet(now, now + bytes));
        return true;
    }

    /**
     * Gives back what was reserved.
     *
     * @throws IllegalArgumentException if {@code bytes} is negative
     * @throws IllegalStateException if more is given back than was reserved; nothing changes then
     */
    public void release(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("cannot release " + bytes + " bytes");
        }
        long now;
        do {
            now = used.get();
            if (bytes > now) {
                throw new IllegalStateException("released " + bytes + " bytes of a budget that has lent " + now);
            }
        } while (!used.compareAndSet(now, now - bytes));
    }

    /** Bytes reserved at present. */
    public long used() {
        return used.get();
    }

    /** Bytes there are in all. */
    public long limit() {
        return limit;
    }
}
