package dev.weft.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * The Internet checksum: the one's complement of the one's complement sum of 16-bit words (RFC 1071).
 *
 * <p>A running sum is a {@code long} that starts at 0 and gathers any number of pieces; {@link #finish} folds and inverts
 * it. Data whose checksum field is right finishes to 0.
 * <pre>{@code
 * long sum = Checksum.pseudoHeader(srcHi, srcLo, dstHi, dstLo, IpProtocol.TCP, length);
 * sum = Checksum.sum(header, 0, headerLength, sum);
 * sum = Checksum.sum(payload, from, payloadLength, sum);       // headers have an even length
 * Bytes.set16(header, CHECKSUM, Checksum.finish(sum));
 * }</pre>
 * Where a piece may begin after an odd number of bytes, {@link #sumAt} is told so: its bytes then take the other half of
 * the words, which in one's complement arithmetic is a byte swap of its own sum (RFC 1071 §2 B).
 */
public final class Checksum {

    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Checksum() {
    }

    /**
     * Adds {@code length} bytes to a running sum that has seen an even number of bytes so far. A last odd byte counts as
     * if a zero followed.
     *
     * @param length up to 2<sup>32</sup> bytes
     */
    public static long sum(MemorySegment segment, long offset, long length, long initial) {
        return initial + networkOrder(fold(nativeSum(segment, offset, length)));
    }

    /**
     * Adds {@code length} bytes to a running sum, at any position.
     *
     * @param oddStart whether the running sum has seen an odd number of bytes before these
     */
    public static long sumAt(MemorySegment segment, long offset, long length, boolean oddStart, long initial) {
        int piece = networkOrder(fold(nativeSum(segment, offset, length)));
        return initial + (oddStart ? swap(piece) : piece);
    }

    /** The checksum of a running sum: folded to 16 bits and inverted, 0 to 65,535. */
    public static int finish(long sum) {
        return ~fold(sum) & 0xffff;
    }

    /** A running sum folded to 16 bits and not inverted: what a frame with a partial checksum carries in its field (D5). */
    public static int fold(long sum) {
        long s = (sum & 0xffff_ffffL) + (sum >>> 32);
        s = (s & 0xffff) + (s >>> 16);
        s = (s & 0xffff) + (s >>> 16);
        return (int) ((s & 0xffff) + (s >>> 16));
    }

    /**
     * The sum of the pseudo-header of TCP and UDP: that of RFC 9293 §3.1 when both addresses are IPv4 in mapped form, that
     * of RFC 8200 §8.1 otherwise.
     *
     * @param protocol the protocol number, see {@link IpProtocol}
     * @param length the length in bytes of transport header and payload
     */
    public static long pseudoHeader(long srcHi, long srcLo, long dstHi, long dstLo, int protocol, int length) {
        long rest = Integer.toUnsignedLong(length) + protocol;
        if (IpAddress.isIpv4(srcHi, srcLo) && IpAddress.isIpv4(dstHi, dstLo)) {
            return (srcLo & 0xffff_ffffL) + (dstLo & 0xffff_ffffL) + rest;
        }
        return halves(srcHi) + halves(srcLo) + halves(dstHi) + halves(dstLo) + rest;
    }

    /**
     * The checksum of data in which one 16-bit word has changed, without reading the data (RFC 1624 §3, equation 3, which
     * unlike RFC 1141 never gives the wrong one of the two zeros).
     *
     * @param checksum the checksum before, as it stands in the header
     */
    public static int update(int checksum, int oldWord, int newWord) {
        return finish((~checksum & 0xffff) + (~oldWord & 0xffff) + (newWord & 0xffff));
    }

    private static long halves(long bits) {
        return (bits >>> 32) + (bits & 0xffff_ffffL);
    }

    /**
     * The sum in the byte order of the machine: the order of bytes does not matter before the end (RFC 1071 §2 B), and
     * this plain loop over ints is what the JIT turns into vector instructions.
     */
    private static long nativeSum(MemorySegment segment, long offset, long length) {
        long sum = 0;
        long words = length & ~3L;
        for (long i = 0; i < words; i += 4) {
            sum += segment.get(JAVA_INT_UNALIGNED, offset + i) & 0xffff_ffffL;
        }
        long at = offset + words;
        if ((length & 2) != 0) {
            sum += segment.get(JAVA_SHORT_UNALIGNED, at) & 0xffff;
            at += 2;
        }
        if ((length & 1) != 0) {
            int last = segment.get(JAVA_BYTE, at) & 0xff;
            sum += SWAP ? last : last << 8;
        }
        return sum;
    }

    private static int networkOrder(int folded) {
        return SWAP ? swap(folded) : folded;
    }

    private static int swap(int folded) {
        return (folded & 0xff) << 8 | folded >>> 8;
    }
}
