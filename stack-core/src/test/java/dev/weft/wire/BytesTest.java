package dev.weft.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Numbers in network byte order; the oracle is {@link ByteBuffer}. */
class BytesTest {

    @Property(tries = 300)
    void numbersAreReadAsAByteBufferReadsThem(@ForAll long bits, @ForAll @IntRange(max = 7) int at) {
        MemorySegment segment = Exact.of(at + 8);
        Bytes.set64(segment, at, bits);
        ByteBuffer buffer = segment.asByteBuffer();
        assertThat(buffer.getLong(at)).isEqualTo(bits);
        assertThat(Bytes.u64(segment, at)).isEqualTo(bits);
        assertThat(Bytes.i32(segment, at)).isEqualTo(buffer.getInt(at));
        assertThat(Bytes.u32(segment, at)).isEqualTo(bits >>> 32);
        assertThat(Bytes.u48(segment, at)).isEqualTo(bits >>> 16);
        assertThat(Bytes.u16(segment, at)).isEqualTo((int) (bits >>> 48));
        assertThat(Bytes.u8(segment, at)).isEqualTo((int) (bits >>> 56));
    }

    @Property(tries = 300)
    void settersWriteTheLowBitsAndNothingBeside(@ForAll long bits) {
        MemorySegment segment = Exact.of(16);
        Bytes.set8(segment, 1, (int) bits);
        Bytes.set16(segment, 3, (int) bits);
        Bytes.set48(segment, 6, bits);
        Bytes.set32(segment, 12, (int) bits);
        ByteBuffer expected = ByteBuffer.allocate(16);
        for (int at : new int[] {0, 2, 5}) {
            expected.put(at, (byte) 0x5a);
        }
        expected.put(1, (byte) bits).putShort(3, (short) bits).putInt(12, (int) bits);
        expected.putShort(6, (short) (bits >>> 32)).putInt(8, (int) bits);
        assertThat(Bytes.toArray(segment, 0, 16)).isEqualTo(expected.array());
    }

    @Example
    void fieldThatReachesBeyondTheSegmentThrows() {
        MemorySegment segment = Exact.of(4);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Bytes.i32(segment, 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Bytes.u8(segment, 4));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> Bytes.set16(segment, -1, 0));
    }

    @Example
    void flagsAreNamedInTheOrderOfTheirBits() {
        assertThat(TcpFlags.toString(TcpFlags.ACK | TcpFlags.SYN)).isEqualTo("SYN|ACK");
        assertThat(TcpFlags.toString(0)).isEqualTo("none");
        assertThat(TcpFlags.toString(0xff)).isEqualTo("FIN|SYN|RST|PSH|ACK|URG|ECE|CWR");
    }
}
