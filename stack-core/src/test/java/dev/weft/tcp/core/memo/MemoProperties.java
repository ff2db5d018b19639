package dev.weft.tcp.core.memo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What is written down comes back, whatever it is and whatever lies beside it. */
class MemoProperties {

    private static final long[] CORNERS = {0, 1, -1, 2, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 32};

    @Property(tries = 500)
    void whatIsWrittenDownComesBack(@ForAll long seed) {
        Memo written = Memo.blank();
        walk(new Random(seed), written, false);
        walk(new Random(seed), Memo.of(written.bytes()), true);
    }

    private static void walk(Random random, Memo memo, boolean reading) {
        int count = random.nextInt(200);
        for (int i = 0; i < count; i++) {
            long value = any(random);
            long usual = any(random);
            double real = random.nextInt(4) == 0 ? 0 : Double.longBitsToDouble(any(random));
            TimeUnit unit = random.nextInt(5) == 0 ? null : TimeUnit.values()[random.nextInt(TimeUnit.values().length)];
            switch (random.nextInt(6)) {
                case 0 -> assertThat(memo.flag(reading ? random.nextBoolean() : (value & 1) == 0)).isEqualTo((value & 1) == 0);
                case 1 -> assertThat(memo.number(reading ? any(random) : value, usual)).isEqualTo(value);
                case 2 -> assertThat(memo.number(reading ? 7 : (int) value, (int) usual)).isEqualTo((int) value);
                case 3 -> assertThat(memo.time(reading ? any(random) : value, usual)).isEqualTo(value);
                case 4 -> assertThat(Double.doubleToRawLongBits(memo.real(reading ? 1.5 : real))).isEqualTo(Double.doubleToRawLongBits(real));
                default -> assertThat(memo.one(reading ? TimeUnit.DAYS : unit, TimeUnit.values())).isEqualTo(unit);
            }
            random.setSeed(value + i);               // both walks go on alike, whatever they gave to what is read
        }
    }

    private static long any(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> CORNERS[random.nextInt(CORNERS.length)];
            case 1 -> random.nextLong();
            default -> random.nextLong() >> random.nextInt(64);
        };
    }

    /** Sequence numbers that lie on both sides of their wrap are near each other. */
    @Example
    void nearNumbersAreShortAcrossTheWrap() {
        Memo memo = Memo.blank();
        memo.number(Integer.MIN_VALUE + 3, Integer.MAX_VALUE - 3);
        memo.number(1, -1);
        memo.number(5, 5);
        memo.flag(true);
        assertThat(memo.bytes()).hasSize(3);
    }
}
