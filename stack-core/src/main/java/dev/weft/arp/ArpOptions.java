package dev.weft.arp;

import java.time.Duration;

/**
 * How address resolution behaves.
 *
 * @param delay between two requests for one address, positive. RFC 1122 §2.3.2.1 recommends at least 1 s
 * @param retries how often a request is repeated, at least 0: the last answer that counts comes within
 *     {@code (retries + 1) · delay}
 * @param timeout how long an entry lives after it was last confirmed, positive
 * @param cacheSize how many learned entries and open questions there are at most, at least 1
 * @param probe whether own addresses are probed for before they are used (RFC 5227 §2.1), which takes 4 to 7 s
 * @param parkedPerEntry how many frames wait for one address at most, at least 1
 * @param parkedBytes how many bytes of frames wait in all at most, at least 64 KiB
 */
public record ArpOptions(Duration delay, int retries, Duration timeout, int cacheSize, boolean probe,
                         int parkedPerEntry, int parkedBytes) {

    // Before DEFAULTS, whose making looks at it.
    private static final Duration LONGEST = Duration.ofDays(3650);
    private static final ArpOptions DEFAULTS = new ArpOptions(Duration.ofMillis(1500), 5, Duration.ofMinutes(20), 1024,
            false, 64, 512 * 1024);

    /** Checks the ranges. */
    public ArpOptions {
        checkDuration("delay", delay);
        checkDuration("timeout", timeout);
        checkAtLeast("retries", retries, 0);
        checkAtLeast("cacheSize", cacheSize, 1);
        checkAtLeast("parkedPerEntry", parkedPerEntry, 1);
        checkAtLeast("parkedBytes", parkedBytes, 64 * 1024);
    }

    /**
     * 1.5 s, 5 retries, 20 minutes, 1024 entries, no probing, 64 parked frames an entry (the fragments of a datagram of
     * 64 KiB fit) and 512 KiB in all.
     */
    public static ArpOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another delay between requests. */
    public ArpOptions delay(Duration between) {
        return new ArpOptions(between, retries, timeout, cacheSize, probe, parkedPerEntry, parkedBytes);
    }

    /** The same with another number of repetitions. */
    public ArpOptions retries(int count) {
        return new ArpOptions(delay, count, timeout, cacheSize, probe, parkedPerEntry, parkedBytes);
    }

    /** The same with another lifetime of entries. */
    public ArpOptions timeout(Duration life) {
        return new ArpOptions(delay, retries, life, cacheSize, probe, parkedPerEntry, parkedBytes);
    }

    /** The same with another number of entries. */
    public ArpOptions cacheSize(int entries) {
        return new ArpOptions(delay, retries, timeout, entries, probe, parkedPerEntry, parkedBytes);
    }

    /** The same with or without probing. */
    public ArpOptions probe(boolean before) {
        return new ArpOptions(delay, retries, timeout, cacheSize, before, parkedPerEntry, parkedBytes);
    }

    /** The same with other limits for frames that wait. */
    public ArpOptions parked(int perEntry, int bytes) {
        return new ArpOptions(delay, retries, timeout, cacheSize, probe, perEntry, bytes);
    }

    private static void checkDuration(String name, Duration value) {
        if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " must be positive and at most " + LONGEST.toDays() + " days, not "
                    + value);
        }
    }

    private static void checkAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
        }
    }
}
