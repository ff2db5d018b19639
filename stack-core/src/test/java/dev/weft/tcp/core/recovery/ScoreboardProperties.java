package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.wire.Seq;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The scoreboard against a model that keeps the fate of each byte. The numbers lie across the wrap. */
public class ScoreboardProperties {

    private static final byte IN_FLIGHT = 0;
    private static final byte LOST = 1;
    private static final byte SACKED = 2;

    @Property(tries = 300)
    public void knowsTheFateOfEachByte(@ForAll long seed) {
        var random = new Random(seed);
        var board = new Scoreboard(new SendRate(CongestionAlgorithm.NEW_RENO.create(0)));
        var rack = new Rack();
        int base = -2_000;
        rack.begin(base);
        var fate = new byte[20_000];
        int una = 0;
        int nxt = 0;
        long now = 1;
        for (int step = 0; step < 200; step++) {
            now += random.nextInt(3);
            int from = una + (nxt == una ? 0 : random.nextInt(nxt - una));
            int to = from + (nxt == from ? 0 : random.nextInt(nxt - from) + 1);
            switch (random.nextInt(13)) {
                case 0, 1, 2, 3 -> {
                    int length = 1 + random.nextInt(90);
                    board.sent(now, base + nxt, base + nxt + length);
                    nxt += length;
                }
                case 4, 5 -> {
                    board.sacked(now, base + from, base + to, rack);
                    java.util.Arrays.fill(fate, from, to, SACKED);
                }
                case 6, 7 -> {
                    board.lose(now, base + from, base + to, random.nextBoolean());
                    for (int i = from; i < to; i++) {
                        fate[i] = fate[i] == SACKED ? SACKED : LOST;
                    }
                }
                case 8, 9 -> {
                    if (board.hasLost()) {
                        int start = Seq.diff(board.lostStart(), base);
                        int end = Math.min(Seq.diff(board.lostEnd(), base), start + 50);
                        for (int i = una; i < start; i++) {
                            assertThat(fate[i]).as("the first that is lost").isNotEqualTo(LOST);
                        }
                        board.sentAgain(now, base + start, base + end);
                        for (int i = start; i < end; i++) {
                            assertThat(fate[i]).isEqualTo(LOST);
                            fate[i] = IN_FLIGHT;
                        }
                    }
                }
                case 10 -> {
                    board.unlose();
                    for (int i = una; i < nxt; i++) {
                        fate[i] = fate[i] == LOST ? IN_FLIGHT : fate[i];
                    }
                }
                default -> {
                    una = random.nextInt(3) == 0 ? from : una;
                    board.acknowledged(now, base + una, rack);
                }
            }
            assertThat(board.isConsistent(base + una, base + nxt)).as("consistent").isTrue();
            assertThat(board.lost()).as("lost").isEqualTo(count(fate, una, nxt, LOST));
            assertThat(board.sacked()).as("sacked").isEqualTo(count(fate, una, nxt, SACKED));
            assertThat(board.pipe()).as("pipe").isEqualTo(count(fate, una, nxt, IN_FLIGHT));
        }
    }

    private static int count(byte[] fate, int from, int to, byte what) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += fate[i] == what ? 1 : 0;
        }
        return sum;
    }

    @Property(tries = 20)
    public void isBoundedWhateverAPeerNames(@ForAll long seed) {
        var random = new Random(seed);
        var board = new Scoreboard(new SendRate(CongestionAlgorithm.NEW_RENO.create(0)));
        var rack = new Rack();
        board.sent(1, 0, 1 << 20);
        for (int i = 0; i < 30_000; i++) {
            int left = random.nextInt(1 << 20);
            board.sacked(2, left, Math.min(1 << 20, left + 1), rack);
        }
        assertThat(board.ranges()).isEqualTo(Scoreboard.MOST + (1 << 10));
        board.acknowledged(3, 1 << 20, rack);
        assertThat(board.ranges()).isZero();
        assertThat(board.pipe()).isZero();
        board.sent(4, 1 << 20, 2 << 20);
        assertThat(board.isConsistent(1 << 20, 2 << 20)).as("goes on").isTrue();
    }
}
