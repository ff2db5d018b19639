package dev.weft.ip;

/**
 * ICMP errors sent about received packets: rate limited, and never about broadcast or multicast, non-first fragments or
 * other errors (RFC 1122 §3.2.2, RFC 1812 §4.3.2.7). Each call decides by itself whether the packet deserves an answer; none
 * suspends.
 */
public interface IcmpErrors {

    /** Nobody listens on the port that {@code about} was sent to (RFC 1122 §4.1.3.1). */
    void portUnreachable(IpPacket about);

    /** Nobody handles the protocol of {@code about} (RFC 1122 §3.2.2.1). */
    void protocolUnreachable(IpPacket about);

    /**
     * A datagram did not become whole in time (RFC 792 "Time Exceeded" code 1, RFC 1122 §3.3.2).
     *
     * @param firstFragment its fragment with offset 0
     */
    void reassemblyTimeExceeded(IpPacket firstFragment);

    /**
     * A header makes no sense (RFC 1122 §3.2.2.5).
     *
     * @param pointer which byte of the header is at fault
     */
    void parameterProblem(IpPacket about, int pointer);

    /** Sends nothing: what a stack without ICMP does. */
    IcmpErrors NONE = new IcmpErrors() {
        @Override
        public void portUnreachable(IpPacket about) {
            // nobody to tell it
        }

        @Override
        public void protocolUnreachable(IpPacket about) {
            // nobody to tell it
        }

        @Override
        public void reassemblyTimeExceeded(IpPacket firstFragment) {
            // nobody to tell it
        }

        @Override
        public void parameterProblem(IpPacket about, int pointer) {
            // nobody to tell it
        }
    };
}
