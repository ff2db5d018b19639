package dev.weft.ipv4;

import dev.weft.wire.Bytes;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.Ipv4Option;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** An IPv4 packet in the making, so that a test says only what matters to it. */
public record Packets(String source, String destination, int protocol, int identification, int tos, int ttl,
                      boolean dontFragment, boolean more, int offset, List<Ipv4Option> options, byte[] payload) {

    /** A whole packet of protocol 253 with four bytes. */
    public static Packets packet(String source, String destination) {
        return new Packets(source, destination, 253, 1, 0, 64, false, false, 0, List.of(), new byte[] {1, 2, 3, 4});
    }

    public Packets protocol(int number) {
        return new Packets(source, destination, number, identification, tos, ttl, dontFragment, more, offset, options, payload);
    }

    public Packets id(int number) {
        return new Packets(source, destination, protocol, number, tos, ttl, dontFragment, more, offset, options, payload);
    }

    public Packets tos(int octet) {
        return new Packets(source, destination, protocol, identification, octet, ttl, dontFragment, more, offset, options, payload);
    }

    public Packets ttl(int hops) {
        return new Packets(source, destination, protocol, identification, tos, hops, dontFragment, more, offset, options, payload);
    }

    public Packets options(Ipv4Option... list) {
        return new Packets(source, destination, protocol, identification, tos, ttl, dontFragment, more, offset, List.of(list), payload);
    }

    public Packets payload(byte... bytes) {
        return new Packets(source, destination, protocol, identification, tos, ttl, dontFragment, more, offset, options, bytes);
    }

    /** The fragment of this packet with the bytes from {@code from} to {@code to}. */
    public Packets fragment(int from, int to) {
        byte[] part = java.util.Arrays.copyOfRange(payload, from, to);
        return new Packets(source, destination, protocol, identification, tos, ttl, dontFragment, to < payload.length, from, options, part);
    }

    public byte[] bytes() {
        var header = new Ipv4Header(tos, payload.length, identification, dontFragment, more, offset, ttl,
                protocol, Ipv4Address.of(source), Ipv4Address.of(destination), options);
        byte[] bytes = new byte[header.totalLength()];
        int length = header.emit(MemorySegment.ofArray(bytes), 0);
        System.arraycopy(payload, 0, bytes, length, payload.length);
        return bytes;
    }

    /** {@code count} bytes, no two neighbours alike. */
    public static byte[] pattern(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (i * 7 + i / 251);
        }
        return bytes;
    }

    /** The header of a packet that was sent. */
    public static Ipv4Header header(byte[] packet) {
        return Ipv4Header.parse(MemorySegment.ofArray(packet), 0, packet.length).orElseThrow();
    }

    /** The payload of a packet that was sent. */
    public static byte[] payloadOf(byte[] packet) {
        Ipv4Header header = header(packet);
        return Bytes.toArray(MemorySegment.ofArray(packet), header.headerLength(), header.totalLength() - header.headerLength());
    }
}
