package dev.weft.ipv4;

import dev.weft.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;

/**
 * The payload of a packet to be sent. It is written straight into the memory that the device sends from; arrays are not
 * joined first. Content of any kind is fragmented where it is longer than the link takes.
 * <pre>{@code
 * Content.of(bytes)
 * Content.of(header, body)
 * Content.into(64, segment -> segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
 * }</pre>
 */
public sealed interface Content {

    /** The longest payload: a datagram with a header without options has 65,535 bytes. */
    int MAX_LENGTH = Ipv4Header.MAXIMUM_TOTAL_LENGTH - Ipv4Header.LENGTH;

    /** Bytes there are. */
    int length();

    /** Writes them to {@code target}, which has that many bytes. */
    void writeTo(MemorySegment target);

    /**
     * The bytes of one array, or of several one after the other. The arrays are read when the packet is written and not kept.
     *
     * @throws IllegalArgumentException when they have more than {@link #MAX_LENGTH} bytes together
     */
    static Content of(byte[]... parts) {
        long length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        return new ArraysContent(parts.clone(), check(length));
    }

    /**
     * Bytes that {@code filler} writes in place.
     *
     * @param length how many there will be, 0 to {@link #MAX_LENGTH}
     * @param filler is handed zeroed memory of exactly that length, borrowed until it returns; it runs on the thread that
     *     writes the packet, once for each write, and what it throws that caller gets
     * @throws IllegalArgumentException when the length is out of range
     */
    static Content into(int length, Consumer<MemorySegment> filler) {
        return new FilledContent(check(length), filler);
    }

    private static int check(long length) {
        if (length < 0 || length > MAX_LENGTH) {
            throw new IllegalArgumentException("an IPv4 packet carries 0 to " + MAX_LENGTH + " bytes, not " + length);
        }
        return (int) length;
    }
}

/** Arrays, one after the other. */
record ArraysContent(byte[][] parts, int length) implements Content {

    @Override
    public void writeTo(MemorySegment target) {
        long at = 0;
        for (byte[] part : parts) {
            MemorySegment.copy(part, 0, target, ValueLayout.JAVA_BYTE, at, part.length);
            at += part.length;
        }
    }
}

/** Written in place. */
record FilledContent(int length, Consumer<MemorySegment> filler) implements Content {

    @Override
    public void writeTo(MemorySegment target) {
        // The memory has carried other packets: what the filler leaves out must not leak them.
        target.fill((byte) 0);
        filler.accept(target);
    }
}
