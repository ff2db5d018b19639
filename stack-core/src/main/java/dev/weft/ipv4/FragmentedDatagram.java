package dev.weft.ipv4;

import dev.weft.device.LinkCast;
import dev.weft.link.Link;
import dev.weft.resource.Chunk;
import dev.weft.wire.Bytes;
import dev.weft.wire.Ipv4Header;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A datagram of which fragments have come. Its packet lies in pages, each byte where it will be in the end, so that a
 * fragment costs the pages it touches:
 * <pre>
 *   page 0                                     page 1
 *   ├ header, ends here ↓ HEADER_ROOM ┼ payload … ┼ payload …
 * </pre>
 * Two bit tables in units of 8 bytes (RFC 791 §3.2 proposes one) say which units are here and at which a fragment began;
 * the second tells an exact duplicate from an overlap.
 */
final class FragmentedDatagram {

    /** What lies in page 0 before the payload: room for the longest header, aligned. */
    static final int HEADER_ROOM = 64;
    /** The size of a page. */
    static final int PAGE_BYTES = 2048;
    /** Room for the longest datagram with {@link #HEADER_ROOM}. */
    static final int MAX_BYTES = HEADER_ROOM + Ipv4Header.MAXIMUM_TOTAL_LENGTH;

    final long addresses;
    final long protocolAndId;
    final long deadline;
    final Link link;
    final LinkCast cast;
    final FragmentSource source;

    /** What it counts for in the budget; the cache keeps it. */
    int held;
    /** Whether its fragments contradicted each other: then only the key is remembered. */
    boolean dropped;
    FragmentedDatagram nextInBucket;
    FragmentedDatagram older;
    FragmentedDatagram younger;

    private Chunk[] pages = new Chunk[2];
    private long[] present = new long[4];
    private long[] starts = new long[4];
    private int presentUnits;
    private int highest;
    private int length = -1;
    private int headerLength;
    private int ecnSeen;

    FragmentedDatagram(long addresses, long protocolAndId, long deadline, Link link, LinkCast cast, FragmentSource source) {
        this.addresses = addresses;
        this.protocolAndId = protocolAndId;
        this.deadline = deadline;
        this.link = link;
        this.cast = cast;
        this.source = source;
    }

    /** Whether a fragment at these bytes contradicts what is known of the datagram's length. */
    boolean contradictsLength(int from, int to, boolean last) {
        if (last) {
            return length >= 0 ? length != to : highest > to;
        }
        return length >= 0 && to > length;
    }

    /** Whether bytes of {@code [from, to)} are here. */
    boolean touches(int from, int to) {
        return count(present, from >>> 3, unitsUpTo(to)) > 0;
    }

    /** Whether exactly this fragment is here, with the same bytes. */
    boolean has(int from, int to, MemorySegment bytes, long offset) {
        int first = from >>> 3;
        int end = unitsUpTo(to);
        boolean sameRange = count(present, first, end) == end - first && isSet(starts, first)
                && count(starts, first + 1, end) == 0 && (!isSet(present, end) || isSet(starts, end))
                && (to == length || to % 8 == 0 && (length < 0 || to < length));
        if (!sameRange) {
            return false;
        }
        int at = HEADER_ROOM + from;
        long readAt = offset;
        int left = to - from;
        while (left > 0) {
            int inPage = at % PAGE_BYTES;
            int n = Math.min(left, PAGE_BYTES - inPage);
            if (MemorySegment.mismatch(pages[at / PAGE_BYTES].segment(), inPage, inPage + n, bytes, readAt, readAt + n) >= 0) {
                return false;
            }
            at += n;
            readAt += n;
            left -= n;
        }
        return true;
    }

    /** How many pages are missing for the bytes {@code [from, to)}. */
    int pagesMissing(int from, int to) {
        int missing = 0;
        for (int page = firstPage(from); page <= lastPage(to); page++) {
            if (page >= pages.length || pages[page] == null) {
                missing++;
            }
        }
        return missing;
    }

    /** The first page that is missing for the bytes, or -1. */
    int missingPage(int from, int to) {
        for (int page = firstPage(from); page <= lastPage(to); page++) {
            if (page >= pages.length || pages[page] == null) {
                return page;
            }
        }
        return -1;
    }

    /** Gives it a page. */
    void page(int index, Chunk chunk) {
        if (index >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(index + 1, pages.length * 2));
        }
        pages[index] = chunk;
    }

    /** Takes a page away from it, or null when it has none any more. */
    Chunk takePage() {
        for (int i = 0; i < pages.length; i++) {
            Chunk chunk = pages[i];
            if (chunk != null) {
                pages[i] = null;
                return chunk;
            }
        }
        return null;
    }

    /** Keeps a fragment, none of whose bytes are here and all of whose pages are. */
    void put(int from, int to, boolean last, MemorySegment bytes, long offset) {
        int at = HEADER_ROOM + from;
        long readAt = offset;
        int left = to - from;
        while (left > 0) {
            int inPage = at % PAGE_BYTES;
            int n = Math.min(left, PAGE_BYTES - inPage);
            Bytes.copy(bytes, readAt, pages[at / PAGE_BYTES].segment(), inPage, n);
            at += n;
            readAt += n;
            left -= n;
        }
        int first = from >>> 3;
        int end = unitsUpTo(to);
        int words = (end >>> 6) + 1;
        if (words > present.length) {
            present = Arrays.copyOf(present, Math.max(words, present.length * 2));
            starts = Arrays.copyOf(starts, present.length);
        }
        for (int unit = first; unit < end; unit++) {
            present[unit >>> 6] |= 1L << unit;
        }
        starts[first >>> 6] |= 1L << first;
        presentUnits += end - first;
        highest = Math.max(highest, to);
        if (last) {
            length = to;
        }
    }

    /** Keeps the header of the fragment with offset 0: it becomes that of the whole (RFC 791 §3.2). */
    void putHeader(MemorySegment bytes, long offset, int count) {
        Bytes.copy(bytes, offset, pages[0].segment(), HEADER_ROOM - count, count);
        headerLength = count;
    }

    /** Notes the ECN bits of a fragment. */
    void sawEcn(int tos) {
        ecnSeen |= 1 << (tos & 3);
    }

    /** Whether every byte is here. */
    boolean isComplete() {
        return length >= 0 && presentUnits == unitsUpTo(length);
    }

    /** Whether the fragment with offset 0 has come: without it nobody can be told about the datagram. */
    boolean hasFirst() {
        return headerLength > 0;
    }

    /** Bytes of payload of the whole, -1 before the last fragment has come. */
    int length() {
        return length;
    }

    /** Length of the header of the first fragment; 0 before it has come. */
    int headerLength() {
        return headerLength;
    }

    /** How many bytes of payload lie in page 0, one after the other from its beginning. */
    int leadingBytes() {
        int limit = Math.min(unitsUpTo(PAGE_BYTES - HEADER_ROOM), present.length << 6);
        int unit = 0;
        while (unit < limit && isSet(present, unit)) {
            unit++;
        }
        return Math.min(unit << 3, highest);
    }

    /** The memory of page 0: header before {@link #HEADER_ROOM}, payload after. */
    MemorySegment firstPage() {
        return pages[0].segment();
    }

    /**
     * The two ECN bits of the whole, or -1 where it must be dropped (RFC 3168 §5.3): CE if any fragment met congestion, unless
     * another one was not ECN-capable; not ECN-capable if any was; the common value, or ECT(0) where both kinds of ECT came.
     */
    int combinedEcn() {
        boolean notEct = (ecnSeen & 1) != 0;
        boolean congested = (ecnSeen & 1 << 3) != 0;
        if (congested) {
            return notEct ? -1 : 3;
        }
        return notEct ? 0 : ecnSeen == 1 << 1 ? 1 : 2;
    }

    /** Copies the whole packet, header and payload, so that the payload begins at {@code HEADER_ROOM} of {@code target}. */
    void copyTo(MemorySegment target) {
        int total = HEADER_ROOM + length;
        for (int at = 0; at < total; at += PAGE_BYTES) {
            Bytes.copy(pages[at / PAGE_BYTES].segment(), 0, target, at, Math.min(PAGE_BYTES, total - at));
        }
    }

    private static int firstPage(int from) {
        return (HEADER_ROOM + from) / PAGE_BYTES;
    }

    private static int lastPage(int to) {
        return (HEADER_ROOM + to - 1) / PAGE_BYTES;
    }

    private static int unitsUpTo(int bytes) {
        return bytes + 7 >>> 3;
    }

    private static boolean isSet(long[] bits, int unit) {
        return unit >>> 6 < bits.length && (bits[unit >>> 6] & 1L << unit) != 0;
    }

    /** How many bits of {@code [from, to)} are set. */
    private static int count(long[] bits, int from, int to) {
        int sum = 0;
        int end = Math.min(to, bits.length << 6);
        for (int unit = from; unit < end; ) {
            int inWord = unit & 63;
            int n = Math.min(64 - inWord, end - unit);
            long mask = (n == 64 ? -1L : (1L << n) - 1) << inWord;
            sum += Long.bitCount(bits[unit >>> 6] & mask);
            unit += n;
        }
        return sum;
    }
}
