package dev.weft.icmp;

import dev.weft.wire.IcmpMessage;
import dev.weft.wire.Ipv4Header;
import java.time.Duration;

/**
 * One echo request.
 *
 * @param timeout how long the answer may take, positive
 * @param length bytes of data, 0 to {@link #MAX_LENGTH}; what does not fit the link goes in fragments
 * @param ttl time to live, 1 to 255
 * @param tos type of service byte, 0 to 255
 * @param dontFragment whether nobody may fragment the request
 */
public record PingOptions(Duration timeout, int length, int ttl, int tos, boolean dontFragment) {

    /** The most data an IPv4 packet carries behind the ICMP header: 65,507 bytes. */
    public static final int MAX_LENGTH = Ipv4Header.MAXIMUM_TOTAL_LENGTH - Ipv4Header.LENGTH - IcmpMessage.HEADER_LENGTH;

    private static final PingOptions DEFAULTS = new PingOptions(Duration.ofSeconds(5), 56, 64, 0, false);

    /** Checks the ranges. */
    public PingOptions {
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("timeout must be positive, not " + timeout);
        }
        if (length < 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("a ping carries 0 to " + MAX_LENGTH + " bytes, not " + length);
        }
        if (ttl < 1 || ttl > 255 || tos < 0 || tos > 255) {
            throw new IllegalArgumentException("ttl must be 1 to 255 and tos 0 to 255, not " + ttl + " and " + tos);
        }
    }

    /** 5 s, 56 bytes, TTL 64, TOS 0, may be fragmented. */
    public static PingOptions defaults() {
        return DEFAULTS;
    }

    /** The same with another timeout. */
    public PingOptions timeout(Duration longest) {
        return new PingOptions(longest, length, ttl, tos, dontFragment);
    }

    /** The same with another number of bytes. */
    public PingOptions length(int bytes) {
        return new PingOptions(timeout, bytes, ttl, tos, dontFragment);
    }

    /** The same with another TTL. */
    public PingOptions ttl(int hops) {
        return new PingOptions(timeout, length, hops, tos, dontFragment);
    }

    /** The same with another type of service. */
    public PingOptions tos(int typeOfService) {
        return new PingOptions(timeout, length, ttl, typeOfService, dontFragment);
    }

    /** The same with or without "don't fragment". */
    public PingOptions dontFragment(boolean set) {
        return new PingOptions(timeout, length, ttl, tos, set);
    }
}
