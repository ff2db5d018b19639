package dev.weft.tcp;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The batches that are not in use. As many exist as threads transmit at one time; a few slots keep them, and no lock is
 * taken, since readers come here.
 */
final class TransmitBatches implements AutoCloseable {

    private static final int SLOTS = 16;

    private final AtomicReferenceArray<TransmitBatch> idle = new AtomicReferenceArray<>(SLOTS);
    private final AtomicInteger out = new AtomicInteger();
    private volatile boolean closed;

    /** How many are out: so many threads may be sending at this moment. */
    int out() {
        return out.get();
    }

    /** A batch of the caller's own. */
    TransmitBatch acquire() {
        out.incrementAndGet();
        for (int i = 0; i < SLOTS; i++) {
            if (idle.getPlain(i) != null) {
                TransmitBatch batch = idle.getAndSet(i, null);
                if (batch != null) {
                    return batch;
                }
            }
        }
        return new TransmitBatch();
    }

    /** Takes a batch back; one too many is freed. */
    void release(TransmitBatch batch) {
        keepOrFree(batch);
        out.decrementAndGet();
    }

    private void keepOrFree(TransmitBatch batch) {
        for (int i = 0; i < SLOTS && !closed; i++) {
            if (idle.getPlain(i) == null && idle.compareAndSet(i, null, batch)) {
                if (closed) {
                    close();
                }
                return;
            }
        }
        batch.close();
    }

    /** Frees what is idle; what is out is freed when it comes back. */
    @Override
    public void close() {
        closed = true;
        for (int i = 0; i < SLOTS; i++) {
            TransmitBatch batch = idle.getAndSet(i, null);
            if (batch != null) {
                batch.close();
            }
        }
    }
}
