package dev.weft.ipv4;

import java.time.Duration;

/**
 * How the IPv4 layer behaves.
 *
 * @param fragmentLifetime how long fragments wait for the rest of their datagram, positive, at most 2 minutes
 * @param ttl time to live of packets for which nothing else is said, 1 to 255
 * @param tos type of service byte of packets for which nothing else is said, 0 to 255
 * @param dontFragment whether packets written by {@link Ipv4#write} must not be fragmented when nothing else is said
 * @param reassemblyBytes budget for fragments, at least 256 KiB; one source address gets a quarter of it
 */
public record Ipv4Options(Duration fragmentLifetime, int ttl, int tos, boolean dontFragment, int reassemblyBytes) {

    // Deviation: RFC 1122 §3.3.2 recommends 60 to 120 s. Fragments that are late by more than some seconds do not come any
    // more, and everything that waits is memory that whoever sends us fragments makes us hold.
    private static final Ipv4Options DEFAULTS = new Ipv4Options(Duration.ofSeconds(10), 64, 0, false, 4 << 20);

    /** Checks the ranges. */
    public Ipv4Options {
        if (!fragmentLifetime.isPositive() || fragmentLifetime.compareTo(Duration.ofMinutes(2)) > 0) {
            throw new IllegalArgumentException("fragmentLifetime must be positive and at most 2 minutes, not "
                    + fragmentLifetime);
        }
        if (ttl < 1 || ttl > 255) {
            throw new IllegalArgumentException("ttl must be 1 to 255, not " + ttl);
        }
        if (tos < 0 || tos > 255) {
            throw new IllegalArgumentException("tos must be 0 to 255, not " + tos);
        }
        if (reassemblyBytes < 256 << 10) {
            throw new IllegalArgumentException("reassemblyBytes must be at least 262144, not " + reassemblyBytes);
        }
    }

    /** 10 s for fragments (RFC 1122 §3.3.2 says 60 to 120 s; this is less for the sake of memory), TTL 64, TOS 0, may be fragmented, 4 MiB. */
    public static Ipv4Options defaults() {
        return DEFAULTS;
    }

    /** The same with another lifetime of fragments. */
    public Ipv4Options fragmentLifetime(Duration lifetime) {
        return new Ipv4Options(lifetime, ttl, tos, dontFragment, reassemblyBytes);
    }

    /** The same with another TTL. */
    public Ipv4Options ttl(int hops) {
        return new Ipv4Options(fragmentLifetime, hops, tos, dontFragment, reassemblyBytes);
    }

    /** The same with another type of service. */
    public Ipv4Options tos(int typeOfService) {
        return new Ipv4Options(fragmentLifetime, ttl, typeOfService, dontFragment, reassemblyBytes);
    }

    /** The same with or without "don't fragment". */
    public Ipv4Options dontFragment(boolean set) {
        return new Ipv4Options(fragmentLifetime, ttl, tos, set, reassemblyBytes);
    }

    /** The same with another budget for fragments. */
    public Ipv4Options reassemblyBytes(int bytes) {
        return new Ipv4Options(fragmentLifetime, ttl, tos, dontFragment, bytes);
    }
}
