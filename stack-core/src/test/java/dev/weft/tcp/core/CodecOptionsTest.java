package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Every combination of options there is, written and read (RFC 9293 §3.1 and §3.2, RFC 7323 §2.2 and §3.2, RFC 2018 §2 and §3). */
class CodecOptionsTest {

    private static final int BEFORE = 7;

    private final MemorySegment wire = Arena.ofAuto().allocate(2_000);
    private final TcpView view = new TcpView();

    private static TcpSegment segment(boolean mss, boolean scale, boolean sackPermitted, boolean timestamps, int blocks,
                                      int cookie, int... pieces) {
        var segment = new TcpSegment();
        segment.flags = mss || scale || sackPermitted || cookie >= 0 ? TcpFlags.SYN : TcpFlags.ACK;
        segment.seq = -7;
        segment.ack = 9;
        segment.window = 40_000;
        segment.mss = mss ? 1460 : TcpSegment.ABSENT;
        segment.windowScale = scale ? 7 : TcpSegment.ABSENT;
        segment.sackPermitted = sackPermitted;
        segment.timestamps = timestamps;
        segment.tsVal = timestamps ? 0x0102_0304 : 0;
        segment.tsEcr = timestamps ? -5 : 0;
        segment.sackCount = blocks;
        for (int i = 0; i < 2 * blocks; i++) {
            segment.sackEdges[i] = 1_000 * i - 2_500;
        }
        segment.fastOpen = cookie < 0 ? TcpSegment.ABSENT : cookie;
        segment.fastOpenHi = cookie > 0 ? 0x1122_3344_5566_7788L : 0;
        segment.fastOpenLo = cookie > 8 ? 0x99aa_bbcc_ddee_ff00L : 0;
        byte value = 1;
        for (int length : pieces) {
            var text = new byte[length];
            for (int i = 0; i < length; i++) {
                text[i] = value++;
            }
            segment.payload.add(MemorySegment.ofArray(text), 0, length);
        }
        return segment;
    }

    private void comesBack(TcpSegment out) {
        int header = TcpSegmentCodec.write(out, wire, BEFORE, 80, 4_000, 1, 2, 3, 4);
        assertThat(TcpSegmentCodec.headerLength(out)).as("length of " + out).isEqualTo(header);
        assertThat(header % 4).isZero();
        out.payload.copyTo(0, wire, BEFORE + header, out.payload.length());
        assertThat(view.wrap(wire, BEFORE, header + out.payload.length())).as("defect").isNull();
        assertThat(view.checksumCorrect(1, 2, 3, 4)).as("checksum of " + out).isTrue();
        var in = new TcpSegment();
        in.sackCount = 3;
        in.fastOpen = 8;
        TcpSegmentCodec.read(view, in);
        assertThat(in.seq).isEqualTo(out.seq);
        assertThat(in.ack).isEqualTo(out.ack);
        assertThat(in.flags).isEqualTo(out.flags);
        assertThat(in.window).isEqualTo(out.window);
        assertThat(in.mss).isEqualTo(out.mss);
        assertThat(in.windowScale).isEqualTo(out.windowScale);
        assertThat(in.sackPermitted).isEqualTo(out.sackPermitted);
        assertThat(in.timestamps).isEqualTo(out.timestamps);
        assertThat(in.tsVal).isEqualTo(out.tsVal);
        assertThat(in.tsEcr).isEqualTo(out.tsEcr);
        assertThat(in.sackCount).isEqualTo(out.sackCount);
        for (int i = 0; i < 2 * out.sackCount; i++) {
            assertThat(in.sackEdges[i]).isEqualTo(out.sackEdges[i]);
        }
        assertThat(in.fastOpen).isEqualTo(out.fastOpen);
        if (out.fastOpen > 0) {
            assertThat(in.fastOpenHi).isEqualTo(out.fastOpenHi);
            assertThat(in.fastOpenLo).isEqualTo(out.fastOpenLo);
        }
        assertThat(in.payload.length()).isEqualTo(out.payload.length());
    }

    @Test
    void comeBackInEveryCombinationOfASyn() {
        for (int bits = 0; bits < 16; bits++) {
            for (int cookie : new int[] {-1, 0, 8, 16}) {
                comesBack(segment((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0, 0, cookie));
            }
        }
    }

    @Test
    void comeBackOnAnyAck() {
        for (int blocks = 0; blocks <= 4; blocks++) {
            comesBack(segment(false, false, false, false, blocks, -1));
            if (blocks < 4) {
                comesBack(segment(false, false, false, true, blocks, -1, 5));
            }
        }
    }

    /** The checksum goes on over pieces of odd length. */
    @Test
    void sumsPiecesOfAnyLength() {
        comesBack(segment(false, false, false, true, 0, -1, 3, 4, 5, 1));
        comesBack(segment(false, false, false, false, 0, -1, 1));
        comesBack(segment(true, true, true, true, 0, -1, 2, 3));
    }

    /** RFC 6691 §2: what each segment carries is taken off the MSS. */
    @Test
    void weighWhatTheyTake() {
        assertThat(TcpSegmentCodec.optionBytes(false, false, 0)).isZero();
        assertThat(TcpSegmentCodec.optionBytes(false, true, 0)).isEqualTo(12);
        assertThat(TcpSegmentCodec.optionBytes(true, false, 0)).isEqualTo(4);
        assertThat(TcpSegmentCodec.optionBytes(false, true, 3)).isEqualTo(40);
        assertThat(TcpSegmentCodec.optionBytes(false, false, 4)).isEqualTo(36);
    }
}
