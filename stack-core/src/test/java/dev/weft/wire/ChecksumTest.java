package dev.weft.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The Internet checksum against the plainest way to compute it, and against the examples of the RFCs. */
class ChecksumTest {

    /** RFC 1071 §1 in so many words: 16-bit words, a carry goes round, an odd last byte is the upper half of a word. */
    private static int naive(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i += 2) {
            int low = i + 1 < bytes.length ? bytes[i + 1] & 0xff : 0;
            sum += (bytes[i] & 0xff) << 8 | low;
            if (sum > 0xffff) {
                sum -= 0xffff;
            }
        }
        return ~sum & 0xffff;
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    private static int checksum(byte[] bytes) {
        return Checksum.finish(Checksum.sum(MemorySegment.ofArray(bytes), 0, bytes.length, 0));
    }

    @Property
    void sumOfOnePieceIsTheNaiveOne(@ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(max = 7) int before) {
        try (var arena = Arena.ofConfined()) {
            // Exactly as much memory as there are bytes, at any alignment: reading one more throws.
            MemorySegment segment = arena.allocate(before + bytes.length);
            MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, before, bytes.length);
            assertThat(Checksum.finish(Checksum.sum(segment, before, bytes.length, 0))).isEqualTo(naive(bytes));
        }
    }

    @Property
    void sumOfPiecesIsThatOfTheWhole(@ForAll @Size(max = 6) List<@Size(max = 40) byte[]> pieces) {
        var whole = new ByteArrayOutputStream();
        long sum = 0;
        for (byte[] piece : pieces) {
            boolean odd = whole.size() % 2 == 1;
            sum = Checksum.sumAt(MemorySegment.ofArray(piece), 0, piece.length, odd, sum);
            whole.writeBytes(piece);
        }
        assertThat(Checksum.finish(sum)).isEqualTo(naive(whole.toByteArray()));
    }

    @Example
    void sumOfMuchIsTheNaiveOne() {
        byte[] bytes = new byte[65_535];
        Arrays.fill(bytes, (byte) 0xff);
        bytes[7] = 0x12;
        assertThat(checksum(bytes)).isEqualTo(naive(bytes));
    }

    @Example
    void exampleOfRfc1071Section3() {
        byte[] bytes = hex("0001 f203 f4f5 f6f7");
        assertThat(Checksum.fold(Checksum.sum(MemorySegment.ofArray(bytes), 0, 8, 0))).isEqualTo(0xddf2);
        assertThat(checksum(bytes)).isEqualTo(0x220d);
    }

    @Example
    void exampleOfRfc1624Section4() {
        // The case that RFC 1141 gets wrong: it gives 0xffff.
        assertThat(Checksum.update(0xdd2f, 0x5555, 0x3285)).isEqualTo(0x0000);
    }

    @Property
    void updateGivesWhatComputingAnewGives(@ForAll @Size(min = 20, max = 20) byte[] bytes,
            @ForAll @IntRange(min = 1, max = 9) int word, @ForAll @IntRange(max = 0xffff) int value) {
        var segment = MemorySegment.ofArray(bytes);
        // A header is never all zeros; that alone has two representations of its sum.
        Bytes.set8(segment, 0, 0x45);
        int before = checksum(bytes);
        int old = Bytes.u16(segment, 2 * word);
        Bytes.set16(segment, 2 * word, value);
        assertThat(Checksum.update(before, old, value)).isEqualTo(checksum(bytes));
    }

    @Property
    void dataWithItsChecksumFinishesToZero(@ForAll @Size(min = 2, max = 100) byte[] bytes) {
        var segment = MemorySegment.ofArray(bytes);
        Bytes.set16(segment, 0, 0);
        Bytes.set16(segment, 0, checksum(bytes));
        assertThat(checksum(bytes)).isZero();
    }

    @Property
    void pseudoHeaderIsTheSumOfItsBytes(@ForAll Ipv4Address source, @ForAll Ipv4Address destination,
            @ForAll @IntRange(max = 255) int protocol, @ForAll @IntRange(max = 65_535) int length) {
        var pseudo = new ByteArrayOutputStream();
        pseudo.writeBytes(source.toBytes());
        pseudo.writeBytes(destination.toBytes());
        pseudo.writeBytes(new byte[] {0, (byte) protocol, (byte) (length >>> 8), (byte) length});
        assertThat(Checksum.finish(Checksum.pseudoHeader(source.hi(), source.lo(), destination.hi(), destination.lo(),
                protocol, length))).isEqualTo(naive(pseudo.toByteArray()));
    }

    @Property
    void pseudoHeaderOfIpv6IsTheSumOfItsBytes(@ForAll Ipv6Address source, @ForAll Ipv6Address destination,
            @ForAll @IntRange(max = 255) int protocol, @ForAll @IntRange int length) {
        var pseudo = new ByteArrayOutputStream();
        pseudo.writeBytes(source.toBytes());
        pseudo.writeBytes(destination.toBytes());
        pseudo.writeBytes(new byte[] {(byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length});
        pseudo.writeBytes(new byte[] {0, 0, 0, (byte) protocol});
        assertThat(Checksum.finish(Checksum.pseudoHeader(source.hi(), source.lo(), destination.hi(), destination.lo(),
                protocol, length))).isEqualTo(naive(pseudo.toByteArray()));
    }
}
