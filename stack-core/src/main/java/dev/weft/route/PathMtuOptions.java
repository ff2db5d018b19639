package dev.weft.route;

import java.time.Duration;
import java.util.Objects;

/**
 * How the {@link PathMtuCache} behaves.
 *
 * @param lifetime how long a destination's path MTU is believed since it was told last, at least 1 minute; default 10 minutes
 *     (RFC 1191 §6.3: an increase must not be looked for sooner than 5 minutes after a decrease)
 * @param ipv4Floor the smallest path MTU in bytes that is believed for IPv4, 68 to 1280; default 552, as in Linux. A path that
 *     has less gets packets of this length that routers may fragment
 * @param entries how many destinations are remembered at most, at least 1, default 1,024; the one used longest ago makes room
 */
public record PathMtuOptions(Duration lifetime, int ipv4Floor, int entries) {

    private static final PathMtuOptions DEFAULTS = new PathMtuOptions(Duration.ofMinutes(10), 552, 1024);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of range
     */
    public PathMtuOptions {
        Objects.requireNonNull(lifetime, "lifetime");
        require(lifetime.compareTo(Duration.ofMinutes(1)) >= 0, "lifetime", lifetime);
        require(ipv4Floor >= 68 && ipv4Floor <= PathMtuCache.IPV6_FLOOR, "ipv4Floor", ipv4Floor);
        require(entries >= 1, "entries", entries);
    }

    /** The defaults, as the parameters say them. */
    public static PathMtuOptions defaults() {
        return DEFAULTS;
    }

    /** A copy with this lifetime of what was told. */
    public PathMtuOptions lifetime(Duration duration) {
        return new PathMtuOptions(duration, ipv4Floor, entries);
    }

    /** A copy with this least path MTU of IPv4. */
    public PathMtuOptions ipv4Floor(int bytes) {
        return new PathMtuOptions(lifetime, bytes, entries);
    }

    /** A copy that remembers so many destinations. */
    public PathMtuOptions entries(int count) {
        return new PathMtuOptions(lifetime, ipv4Floor, count);
    }

    private static void require(boolean ok, String name, Object value) {
        if (!ok) {
            throw new IllegalArgumentException("PathMtuOptions." + name + ": " + value + " is out of range");
        }
    }
}
