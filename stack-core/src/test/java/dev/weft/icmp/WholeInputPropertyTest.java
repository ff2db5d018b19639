package dev.weft.icmp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.device.LinkCast;
import dev.weft.ipv4.Ipv4Bench;
import dev.weft.ipv4.Packets;
import dev.weft.runtime.Randomness;
import dev.weft.wire.Bytes;
import dev.weft.wire.Checksum;
import dev.weft.wire.IcmpMessage;
import dev.weft.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Bytes from the network never make IPv4 or ICMP throw, read past the packet, or lose count of a packet. */
class WholeInputPropertyTest {

    private static final LinkCast[] CASTS = LinkCast.values();

    @Property(tries = 200)
    void nothingThatComesMakesItThrow(@ForAll long seed, @ForAll Ipv4Header header, @ForAll IcmpMessage message) {
        var random = new Random(seed);
        try (var bench = new Ipv4Bench()) {
            Icmp.create(bench.ipv4, bench.clock, Randomness.seeded(seed), bench.counters, IcmpOptions.defaults());
            int packets = 60;
            for (int i = 0; i < packets; i++) {
                byte[] bytes = random.nextInt(6) == 0 ? noise(random) : mutated(random, header, message);
                // The memory has exactly the packet's length and dies after the call: reading past it, or later, throws.
                bench.link.deliver(bytes, CASTS[random.nextInt(8) == 0 ? random.nextInt(CASTS.length) : 0],
                        bench.clock.nanoTime());
            }
            assertThat(bench.count("ipv4.in.packets")).isEqualTo(packets);
            long[] accounted = new long[1];
            bench.counters.forEach((name, value) -> {
                boolean outcome = name.startsWith("ipv4.in.") && !name.equals("ipv4.in.packets")
                        || name.startsWith("ipv4.fragments.") && !name.endsWith(".evicted") && !name.endsWith(".expired")
                                && !name.endsWith(".completed");
                accounted[0] += outcome ? value : 0;
            });
            assertThat(accounted[0]).as("each packet was delivered, kept or counted once:\n%s", bench.counters)
                    .isEqualTo(packets);
        }
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(100)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** A packet to us with an ICMP message, some bytes changed, cut or padded, often with checksums made right again. */
    private static byte[] mutated(Random random, Ipv4Header header, IcmpMessage message) {
        byte[] payload = new byte[message.length()];
        message.emit(MemorySegment.ofArray(payload), 0);
        Packets packet = new Packets(Ipv4Bench.PEER, Ipv4Bench.US, 1, random.nextInt(3), header.tos(), header.ttl(), false, false,
                0, header.options(), payload);
        if (payload.length > 8 && random.nextInt(3) == 0) {
            int cut = 8 * (1 + random.nextInt((payload.length - 1) / 8));
            packet = random.nextBoolean() ? packet.fragment(0, cut) : packet.fragment(cut, payload.length);
        }
        byte[] bytes = packet.bytes();
        int headerLength = (bytes[0] & 0xf) * 4;
        for (int i = random.nextInt(4); i > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        if (random.nextInt(4) > 0) {
            MemorySegment segment = MemorySegment.ofArray(bytes);
            if (bytes.length >= headerLength + 8) {
                Bytes.set16(segment, headerLength + 2, 0);
                Bytes.set16(segment, headerLength + 2,
                        Checksum.finish(Checksum.sum(segment, headerLength, bytes.length - headerLength, 0)));
            }
            Bytes.set16(segment, 10, 0);
            Bytes.set16(segment, 10, Checksum.finish(Checksum.sum(segment, 0, headerLength, 0)));
        }
        return random.nextInt(5) > 0 ? bytes : java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 20));
    }
}
