package dev.weft.device;

/** Work that a batch of frames has earned, done once when all its frames were handled; see {@link FrameBatch#atEnd}. */
@FunctionalInterface
public interface AfterBatch {

    /**
     * Runs on the reader; must not block.
     *
     * @param now the time at the end of the batch, nanoseconds of the stack's clock
     */
    void afterBatch(long now);
}
