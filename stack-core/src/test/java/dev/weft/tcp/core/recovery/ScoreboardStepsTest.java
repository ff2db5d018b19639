package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import org.junit.jupiter.api.Test;

/**
 * What an undo costs when the peer wants it to (RFC 3522, RFC 3708): counted in comparisons of times of sending, so that no clock
 * is asked. One search from the end for each range took 10 million here.
 */
class ScoreboardStepsTest {

    private static final int LOST = 2_000;
    private static final int LATER = 3_000;

    private final Scoreboard board = new Scoreboard(new SendRate(CongestionAlgorithm.NEW_RENO.create(0)));
    private final Rack rack = new Rack();
    private long now = 1;

    /** Ranges of one byte, every second of which has arrived; the others are lost. */
    private void loseEverySecond(boolean backwards) {
        rack.begin(0);
        for (int i = 0; i < 2 * LOST; i++) {
            board.sent(now++, i, i + 1);
        }
        for (int i = 1; i < 2 * LOST; i += 2) {
            board.sacked(now, i, i + 1, rack);
        }
        for (int i = 2 * LOST - 2; i >= 0; i -= 2) {
            if (backwards) {
                board.lose(now, i, i + 1, true);
                board.sentAgain(now++, i, i + 1);
            }
        }
        for (int i = 2 * LOST; i < 2 * LOST + LATER; i++) {
            board.sent(now++, i, i + 1);
        }
        board.lose(now, 0, 2 * LOST, true);
        assertThat(board.lost()).isEqualTo(LOST);
    }

    private void undoes() {
        long before = board.steps();
        board.unlose();
        assertThat(board.lost()).isZero();
        assertThat(board.isConsistent(0, 2 * LOST + LATER)).as("in the order of sending").isTrue();
        assertThat(board.steps() - before).isLessThan(12 * LOST + LOST + LATER);        // n·log₂(n) to sort, then one walk
    }

    @Test
    void putsWhatWasLostBackWithoutAWalkForEach() {
        loseEverySecond(false);
        undoes();
    }

    @Test
    void norWhereItWasSentInTheOppositeOrder() {
        loseEverySecond(true);
        undoes();
    }
}
