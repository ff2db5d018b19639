package dev.weft.examples.micro;

import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.tcp.core.segment.TcpSegmentCodec;
import dev.weft.wire.Ipv4Header;
import dev.weft.wire.Ipv4View;
import dev.weft.wire.TcpFlags;
import dev.weft.wire.TcpView;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The headers of an ACK with timestamps: parsed and checked as for a received frame, emitted as for one that is sent. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderBenchmark {

    private static final int IP = 14;
    private static final int TCP = IP + Ipv4Header.LENGTH;
    private static final int PROTOCOL_TCP = 6;
    private static final int TTL = 64;
    private static final int US = 0x0a090002;
    private static final int THEM = 0x0a090001;
    private static final long MAPPED = 0xffff_0000_0000L;

    private final Ipv4View ip = new Ipv4View();
    private final TcpView tcp = new TcpView();
    private final TcpSegment in = new TcpSegment();
    private final TcpSegment out = new TcpSegment();
    private Arena arena;
    private MemorySegment received;
    private MemorySegment sent;

    @Setup
    public void allocate() {
        arena = Arena.ofShared();
        received = arena.allocate(128, 64);
        sent = arena.allocate(128, 64);
        out.seq = 12_345;
        out.ack = 67_890;
        out.flags = TcpFlags.ACK;
        out.window = 1000;
        out.timestamps = true;
        out.tsVal = 1;
        out.tsEcr = 2;
        write(received);
        if (parse() == 0) {
            throw new IllegalStateException("what was written cannot be read");
        }
    }

    @TearDown
    public void free() {
        arena.close();
    }

    @Benchmark
    public int parse() {
        if (ip.wrap(received, IP, TCP - IP + 32) != null || tcp.wrap(received, ip.payloadOffset(), ip.payloadLength()) != null
                || !tcp.checksumCorrect(0, MAPPED | US & 0xffff_ffffL, 0, MAPPED | THEM & 0xffff_ffffL)) {
            return 0;
        }
        TcpSegmentCodec.read(tcp, in);
        return in.ack;
    }

    @Benchmark
    public int emit() {
        return write(sent);
    }

    private int write(MemorySegment frame) {
        int length = TcpSegmentCodec.write(out, frame, TCP, 7, 40_000, 0, MAPPED | US & 0xffff_ffffL, 0, MAPPED | THEM & 0xffff_ffffL);
        Ipv4Header.write(frame, IP, Ipv4Header.LENGTH + length, 0, 0, Ipv4Header.DONT_FRAGMENT, TTL, PROTOCOL_TCP, US, THEM);
        return length;
    }
}
