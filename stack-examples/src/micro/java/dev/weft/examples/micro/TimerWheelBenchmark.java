package dev.weft.examples.micro;

import dev.weft.runtime.TimerWheel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A timer that is set anew, and one that fires and is set again, among so many others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TimerWheelBenchmark {

    private static final long MILLISECOND = 1_000_000;
    private static final long SPREAD = 200 * MILLISECOND;

    @Param({"1", "1000", "100000"})
    private int timers;

    private final TimerWheel wheel = new TimerWheel();
    private Again[] all;
    private int next;
    private long now;
    private long fired;

    private final class Again extends TimerWheel.Timer {
        @Override
        protected void fire(long time) {
            fired++;
            wheel.schedule(this, time + SPREAD);
        }
    }

    @Setup
    public void schedule() {
        all = new Again[timers];
        for (int i = 0; i < timers; i++) {
            all[i] = new Again();
            wheel.schedule(all[i], SPREAD * i / timers + MILLISECOND);
        }
    }

    /** As when an ACK moves the deadline of a retransmission. */
    @Benchmark
    public void move() {
        next = next + 1 == timers ? 0 : next + 1;
        wheel.cancel(all[next]);
        wheel.schedule(all[next], now + SPREAD + next);
    }

    /** A millisecond passes; {@code timers} / 200 fire. */
    @Benchmark
    public long advance() {
        now += MILLISECOND;
        wheel.advance(now);
        return fired;
    }
}
