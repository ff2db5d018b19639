package dev.weft.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Waits for what will be true soon, by looking again and again, and fails where it does not come true at all. The one place
 * in which a test waits for something that nothing announces; it takes no longer than the thing itself does.
 */
public final class Eventually {

    /** How long is long enough on a busy machine for anything that is to happen at once. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private Eventually() {
    }

    /**
     * Waits until {@code condition} holds, {@link #PATIENCE} at the most.
     *
     * @param what what is to be true, as a failure words it: "the handler runs"
     * @throws AssertionError when it did not come true
     */
    public static void isTrue(String what, BooleanSupplier condition) throws InterruptedException {
        if (!isTrueWithin(PATIENCE, condition)) {
            throw new AssertionError("in " + PATIENCE.toSeconds() + " s this did not come true: " + what);
        }
    }

    /** Waits until {@code condition} holds, {@code patience} at the most; returns whether it did. */
    public static boolean isTrueWithin(Duration patience, BooleanSupplier condition) throws InterruptedException {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - begin > patience.toNanos()) {
                return false;
            }
            Thread.sleep(1);
        }
        return true;
    }
}
