package dev.weft.examples.iperf;

/** Holds a sender to a rate on the whole: who was late catches up. For one thread. */
final class Pace {

    private static final double BITS = 8e9;

    private final long rate;
    private final long begun = System.nanoTime();
    private double bytes;

    /** A pace of so many bits a second; 0 for none. */
    Pace(long rate) {
        this.rate = rate;
    }

    /** Waits until so many bytes more may be sent. */
    void await(int more) throws InterruptedException {
        if (rate > 0) {
            long early = begun + (long) (bytes * BITS / rate) - System.nanoTime();
            if (early > 0) {
                Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
            }
            bytes += more;
        }
    }
}
