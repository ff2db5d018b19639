package dev.weft.ipv4;

/**
 * What a single packet's header says.
 *
 * @param ttl time to live, 1 to 255
 * @param tos type of service byte, 0 to 255
 * @param dontFragment whether neither this host nor a router may fragment it
 */
public record SendOptions(int ttl, int tos, boolean dontFragment) {

    /** Checks the ranges. */
    public SendOptions {
        if (ttl < 1 || ttl > 255) {
            throw new IllegalArgumentException("ttl must be 1 to 255, not " + ttl);
        }
        if (tos < 0 || tos > 255) {
            throw new IllegalArgumentException("tos must be 0 to 255, not " + tos);
        }
    }

    /** The same with another TTL. */
    public SendOptions ttl(int hops) {
        return new SendOptions(hops, tos, dontFragment);
    }

    /** The same with another type of service. */
    public SendOptions tos(int typeOfService) {
        return new SendOptions(ttl, typeOfService, dontFragment);
    }

    /** The same with or without "don't fragment". */
    public SendOptions dontFragment(boolean set) {
        return new SendOptions(ttl, tos, set);
    }
}
