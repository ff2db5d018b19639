package dev.weft.udp;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Objects;

/**
 * A UDP datagram with where it comes from and goes to.
 *
 * @param source who sends it; null, the wildcard address or port 0 leave the choice to the socket that sends it
 * @param destination who it is for. Of a received datagram: the very address that it was sent to, which on a socket bound to
 *     all addresses tells which one was asked, and may be a broadcast or multicast address
 * @param payload the bytes, 0 to 65,507 over IPv4. Not copied: whoever has the datagram has the array
 */
public record Datagram(InetSocketAddress source, InetSocketAddress destination, byte[] payload) {

    /** Checks that destination and payload are there. */
    public Datagram {
        Objects.requireNonNull(destination, "destination");
        Objects.requireNonNull(payload, "payload");
    }

    /** A datagram to send, from the address the socket has or the stack chooses. */
    public static Datagram to(InetSocketAddress destination, byte[] payload) {
        return new Datagram(null, destination, payload);
    }

    /**
     * A datagram to who sent this one, from the address that this one was sent to: a peer that asked one address does not
     * expect the answer from another (RFC 1122 §4.1.3.5). Where that is a broadcast or multicast address, which nobody may
     * send from, the socket chooses one when it sends.
     */
    public Datagram replyWith(byte[] answer) {
        return new Datagram(destination, source, answer);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Datagram(var otherSource, var otherDestination, var otherPayload)
                && Objects.equals(source, otherSource) && destination.equals(otherDestination)
                && Arrays.equals(payload, otherPayload);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, destination, Arrays.hashCode(payload));
    }

    @Override
    public String toString() {
        return "udp " + (source == null ? "*" : source) + " → " + destination + " " + payload.length + " bytes";
    }
}
