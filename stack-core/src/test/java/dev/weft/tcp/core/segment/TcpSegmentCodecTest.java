package dev.weft.tcp.core.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.buffer.Pieces;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TcpSegmentCodecTest {

    @Property(tries = 500)
    void readsWhatItWritesHoweverThePayloadIsCut(@ForAll int seq, @ForAll int ack, @ForAll @IntRange(max = 255) int flags,
                                                 @ForAll @IntRange(max = 65_535) int window,
                                                 @ForAll @IntRange(min = -1, max = 65_535) int mss,
                                                 @ForAll @IntRange(min = -1, max = 255) int scale,
                                                 @ForAll boolean timestamps, @ForAll @IntRange(max = 3) int sacks,
                                                 @ForAll byte[] text, @ForAll @IntRange(max = 7) int cuts) {
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(3_000 + text.length);
            var out = new TcpSegment();
            out.seq = seq;
            out.ack = ack;
            out.flags = flags;
            out.window = window;
            out.mss = mss;
            out.windowScale = scale;
            out.timestamps = timestamps;
            out.tsVal = timestamps ? seq * 31 : 0;
            out.tsEcr = timestamps ? ack * 17 : 0;
            out.sackPermitted = sacks == 0;
            // The longest still fits beside everything that a SYN may offer.
            out.fastOpen = sacks == 0 && (seq & 1) == 0 ? new int[] {0, 4, 8, 16}[ack & 3] : TcpSegment.ABSENT;
            out.fastOpenHi = out.fastOpen < 8 ? out.fastOpen <= 0 ? 0 : 0xfedc_ba98L << 32 : seq * 1_000_003L;
            out.fastOpenLo = out.fastOpen < 16 ? 0 : ack * 1_000_003L;
            out.sackCount = Math.min(sacks, (60 - TcpSegmentCodec.headerLength(out) - 4) / 8);
            for (int i = 0; i < 2 * out.sackCount; i++) {
                out.sackEdges[i] = ack + 1000 * i;
            }
            cut(out.payload, MemorySegment.ofArray(text), text.length, cuts);

            int header = TcpSegmentCodec.write(out, memory, 7, 80, 4_000, 0, 0xffff_0a000001L, 0, 0xffff_0a000002L);
            assertThat(header).isEqualTo(TcpSegmentCodec.headerLength(out));
            out.payload.copyTo(0, memory, 7 + header, text.length);

            var view = new TcpView();
            assertThat(view.wrap(memory, 7, header + text.length)).isNull();
            assertThat(view.checksumCorrect(0, 0xffff_0a000001L, 0, 0xffff_0a000002L)).isTrue();
            assertThat(view.sourcePort()).isEqualTo(80);
            assertThat(view.destinationPort()).isEqualTo(4_000);
            var in = new TcpSegment();
            TcpSegmentCodec.read(view, in);
            assertThat(in.toString()).isEqualTo(out.toString());
            assertThat(in.fastOpenHi).isEqualTo(out.fastOpenHi);
            assertThat(in.fastOpenLo).isEqualTo(out.fastOpenLo);
            assertThat(in.end()).isEqualTo(seq + text.length + ((flags & TcpFlags.SYN) >> 1) + (flags & TcpFlags.FIN));
            var back = new byte[text.length];
            in.payload.copyTo(0, MemorySegment.ofArray(back), 0, back.length);
            assertThat(back).isEqualTo(text);
        }
    }

    private static void cut(Pieces pieces, MemorySegment text, int length, int cuts) {
        int at = 0;
        for (int i = 0; i < cuts; i++) {
            int n = (length - at) / 2;
            pieces.add(text, at, n);
            at += n;
        }
        pieces.add(text, at, length - at);
    }
}
