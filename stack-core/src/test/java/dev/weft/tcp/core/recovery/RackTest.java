package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import org.junit.jupiter.api.Test;

/** RFC 8985 §6.2 and §6.3, step by step. The sequence numbers lie below zero, so across the wrap. Times in milliseconds. */
class RackTest {

    private static final long MS = 1_000_000L;
    private static final int BASE = -10_000;

    private final Rack rack = new Rack();
    private final Scoreboard board = new Scoreboard(new SendRate(CongestionAlgorithm.NEW_RENO.create(0)));
    private int nxt = BASE;

    RackTest() {
        rack.begin(BASE);
        board.begin();
    }

    private void sends(long at, int segments) {
        for (int i = 0; i < segments; i++) {
            board.sent(at * MS, nxt, nxt + 1000);
            nxt += 1000;
        }
    }

    /** The peer names segment {@code i}. */
    private void names(long at, int i) {
        board.sacked(at * MS, BASE + 1000 * i, BASE + 1000 * (i + 1), rack);
    }

    private long detects(long at, long window) {
        return rack.detect(at * MS, board, window * MS);
    }

    /** §6.2, step 5. */
    @Test
    void knowsNothingBeforeSomethingHasArrived() {
        sends(0, 3);
        assertThat(detects(1_000, 0)).isEqualTo(Long.MAX_VALUE);
        assertThat(board.lost()).isZero();
    }

    /** §6.2, step 5: what was sent no later is lost a round trip and the window after it was sent, and not before. */
    @Test
    void givesUpWhatWasSentBeforeWhatHasArrivedAfterTheWindow() {
        sends(0, 1);
        sends(10, 1);
        sends(10, 1);
        names(110, 1);
        assertThat(detects(110, 25)).as("when to look again").isEqualTo(135 * MS);
        assertThat(board.lost()).isZero();
        detects(124, 25);
        assertThat(board.lost()).isZero();
        detects(126, 25);
        assertThat(board.lost()).as("the third was sent later").isEqualTo(1000);
        assertThat(board.lostStart()).isEqualTo(BASE);
    }

    /** §6.2, step 2, RACK_sent_after: of what left together the higher number left later. */
    @Test
    void takesTheHigherNumberOfThoseThatLeftTogetherForTheLater() {
        sends(0, 4);
        names(100, 3);
        names(100, 1);
        detects(101, 0);
        assertThat(board.lost()).isEqualTo(2000);
    }

    /** §6.2, step 3. */
    @Test
    void seesReorderingWhereALowerNumberArrivesThatWasNotSentAgain() {
        sends(0, 3);
        names(100, 0);
        names(100, 1);
        assertThat(rack.reorderingSeen()).as("in order").isFalse();
        sends(0, 1);
        names(100, 3);
        names(100, 2);
        assertThat(rack.reorderingSeen()).isTrue();
        assertThat(rack.window(true, 1_000 * MS)).as("which is waited for").isEqualTo(25 * MS);
    }

    /** §6.2, step 4. */
    @Test
    void doesNotWaitWhileThereIsNoSignOfReordering() {
        sends(0, 1);
        names(100, 0);
        assertThat(rack.window(true, 1_000 * MS)).isZero();
        assertThat(rack.window(false, 1_000 * MS)).isEqualTo(25 * MS);
        assertThat(rack.window(false, 20 * MS)).as("a round trip at most").isEqualTo(20 * MS);
    }

    /** §6.2, step 2: an answer within less than the least round trip is to the first transmission. */
    @Test
    void takesNoAnswerThatIsTooEarlyForThatToARetransmission() {
        rack.delivered(100 * MS, 0, BASE, false);
        sends(150, 1);
        rack.delivered(299 * MS, 200 * MS, BASE + 500, true);
        detects(299, 0);
        assertThat(board.lost()).as("99 ms").isZero();
        rack.delivered(300 * MS, 200 * MS, BASE + 500, true);
        detects(300, 0);
        assertThat(board.lost()).as("100 ms").isEqualTo(1000);
    }

    /** §6.2, step 2: nor one that echoes what was sent before the retransmission. */
    @Test
    void takesNoAnswerToTheFirstTransmissionForOneToTheSecond() {
        rack.delivered(100 * MS, 0, BASE, false);
        sends(150, 1);
        rack.beginAck(199 * MS);
        rack.delivered(310 * MS, 200 * MS, BASE + 500, true);
        detects(310, 0);
        assertThat(board.lost()).as("it echoes the tick before").isZero();
        rack.beginAck(199 * MS + 1);
        rack.delivered(310 * MS, 200 * MS, BASE + 500, true);
        detects(310, 0);
        assertThat(board.lost()).isEqualTo(1000);
    }

    /** §6.2, step 1: the least round trip of the last minutes, for a path may change. */
    @Test
    void forgetsTheLeastRoundTripAfterTenMinutes() {
        rack.delivered(10 * MS, 0, BASE, false);
        long age = 300_000 * MS;
        rack.delivered(age, age - 50 * MS, BASE, false);
        rack.delivered(age + 1, age + 1 - 50 * MS, BASE, false);
        rack.delivered(2 * age + 1, 2 * age + 1 - 50 * MS, BASE, false);
        assertThat(rack.minRtt()).isEqualTo(10 * MS);
        rack.delivered(2 * age + 2, 2 * age + 2 - 50 * MS, BASE, false);
        assertThat(rack.minRtt()).isEqualTo(50 * MS);
    }

    /** §6.3: what was sent within the last round trip and the window is not given up by a time-out. */
    @Test
    void keepsWhatIsRecentWhenTheTimerFires() {
        sends(0, 1);
        names(100, 0);
        sends(500, 1);
        sends(880, 1);
        sends(950, 1);
        rack.timedOut(1_000 * MS, board, 30 * MS);
        assertThat(board.lost()).isEqualTo(1000);
        assertThat(board.lostStart()).isEqualTo(BASE + 1000);
    }

    /** §6.2, step 4, and §3.3.2: once in a round trip a duplicate widens the window, and after sixteen recoveries it is small again. */
    @Test
    void widensTheWindowForDuplicatesForSixteenRecoveries() {
        rack.duplicateSeen(BASE, BASE + 5000);
        rack.duplicateSeen(BASE + 4999, BASE + 9000);
        assertThat(rack.multiplier()).isEqualTo(2);
        rack.duplicateSeen(BASE + 5000, BASE + 9000);
        assertThat(rack.multiplier()).isEqualTo(3);
        for (int i = 0; i < 15; i++) {
            rack.recovered();
        }
        assertThat(rack.multiplier()).isEqualTo(3);
        rack.recovered();
        assertThat(rack.multiplier()).isEqualTo(1);
    }
}
