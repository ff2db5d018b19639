package dev.weft.tcp.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fate of what was sent (RFC 6675 §4, RFC 8985 §5.2), range by range. Segments of 1000 bytes, from {@value #BASE} across the wrap. */
class ScoreboardTest {

    private static final int BASE = -5_000;

    private final Rack rack = new Rack();
    private final Scoreboard board = new Scoreboard(new SendRate(CongestionAlgorithm.NEW_RENO.create(0)));
    private int una = BASE;
    private int nxt = BASE;

    ScoreboardTest() {
        rack.begin(BASE);
        board.begin();
    }

    @AfterEach
    void coversWhatIsOutstanding() {
        assertThat(board.isConsistent(una, nxt)).isTrue();
    }

    private static int at(int segment) {
        return BASE + 1000 * segment;
    }

    /** So many segments leave, each at a moment of its own. */
    private void sends(int segments) {
        for (int i = 0; i < segments; i++) {
            board.sent(nxt - BASE, nxt, nxt + 1000);
            nxt += 1000;
        }
    }

    private void acknowledges(int segment) {
        una = at(segment);
        board.acknowledged(100_000, una, rack);
    }

    private void names(int from, int to) {
        board.sacked(100_000, at(from), at(to), rack);
    }

    /** RFC 8985 §5.2: what left together is one range, what left at another time is not. */
    @Test
    void keepsOneRangeForWhatLeftTogether() {
        board.sent(1, nxt, nxt + 1000);
        board.sent(1, nxt + 1000, nxt + 2000);
        assertThat(board.ranges()).isEqualTo(1);
        board.sent(2, nxt + 2000, nxt + 3000);
        assertThat(board.ranges()).isEqualTo(2);
        nxt += 3000;
        assertThat(board.pipe()).isEqualTo(3000);
    }

    /** RFC 4821 §7.6.2: a probe is a range of its own, whatever leaves with it. */
    @Test
    void keepsAProbeApartFromWhatLeavesWithIt() {
        board.probeLeaves(BASE + 1000, BASE + 3000);
        board.sent(1, BASE, BASE + 1000);
        board.sent(1, BASE + 1000, BASE + 3000);
        board.sent(1, BASE + 3000, BASE + 4000);
        nxt = BASE + 4000;
        assertThat(board.ranges()).isEqualTo(3);
        assertThat(board.isProbeAt(BASE + 1000)).as("something is out before it").isFalse();
        acknowledges(1);
        assertThat(board.isProbeAt(BASE)).isFalse();
        assertThat(board.isProbeAt(BASE + 1000)).isTrue();
        board.beginAck();
        board.loseProbe(9);
        assertThat(board.isProbeLost()).isTrue();
        assertThat(board.lost()).as("it alone").isEqualTo(2000);
        assertThat(board.newlyLost()).as("says nothing of the network").isZero();
        assertThat(board.isProbeAt(BASE + 1000)).as("is in flight no more").isFalse();
        board.sentAgain(10, BASE + 1000, BASE + 3000);
        assertThat(board.isProbeAt(BASE + 1000)).as("what leaves again is no probe").isFalse();
        board.forgetProbe();
        assertThat(board.isProbeLost()).isFalse();
    }

    @Test
    void knowsNoProbeOnceItIsForgotten() {
        board.probeLeaves(BASE, BASE + 1000);
        sends(2);
        assertThat(board.isProbeAt(BASE)).isTrue();
        board.forgetProbe();
        assertThat(board.isProbeAt(BASE)).isFalse();
        assertThat(new Scoreboard(new SendRate(CongestionAlgorithm.NEW_RENO.create(0))).isProbeAt(BASE)).isFalse();
    }

    /** What is named is no probe that can be lost. */
    @Test
    void knowsNoProbeThatHasArrived() {
        board.probeLeaves(BASE, BASE + 1000);
        sends(2);
        names(0, 1);
        assertThat(board.isProbeAt(BASE)).isFalse();
    }

    /** RFC 9293 §3.4: SND.NXT goes back where segments never left; the range that lies across is cut. */
    @Test
    void forgetsWhatNeverLeft() {
        sends(4);
        board.lose(9, at(3), at(4), true);
        nxt = at(1) + 500;
        board.cutOff(nxt);
        assertThat(board.pipe()).isEqualTo(1500);
        assertThat(board.lost()).isZero();
        assertThat(board.ranges()).isEqualTo(2);
        sends(1);
        assertThat(board.pipe()).isEqualTo(2500);
    }

    /** RFC 1191 §6.5: what is longer than the path takes, and in flight. */
    @Test
    void losesWhatIsTooLong() {
        sends(4);
        names(2, 3);
        assertThat(board.loseLonger(9, BASE, at(4), 1000)).as("a thousand bytes fit").isZero();
        board.beginAck();
        assertThat(board.loseLonger(9, at(1), at(3), 999)).isEqualTo(1000);
        assertThat(board.lostStart()).isEqualTo(at(1));
        assertThat(board.lostEnd()).isEqualTo(at(2));
        assertThat(board.pipe()).isEqualTo(2000);
        assertThat(board.newlyLost()).as("says nothing of the network").isZero();
        assertThat(board.loseLonger(9, BASE, at(4), 999)).isEqualTo(2000);
    }

    /** RFC 3522, RFC 3708: an undone loss leaves nothing to send again, and what is in flight again is found lost in its order. */
    @Test
    void takesBackWhatIsLostAndWasNotSentAgain() {
        sends(6);
        board.lose(9, at(0), at(1), true);
        board.lose(9, at(2), at(4), true);
        board.sentAgain(10_000, at(2), at(3));
        names(5, 6);
        board.unlose();
        assertThat(board.hasLost()).isFalse();
        assertThat(board.lost()).isZero();
        assertThat(board.pipe()).isEqualTo(5000);
        board.loseSentBefore(11_000, 1_500, 0, Long.MAX_VALUE);
        assertThat(board.hasLost()).isTrue();
        assertThat(board.lostStart()).as("the oldest, though it came back last").isEqualTo(at(0));
        assertThat(board.lost()).isEqualTo(2000);
    }

    @Test
    void hasNothingLostAtFirstNorWhenAllIsSentAgain() {
        sends(2);
        assertThat(board.hasLost()).isFalse();
        board.lose(9, at(0), at(2), true);
        assertThat(board.hasLost()).isTrue();
        board.sentAgain(10, at(0), at(1));
        assertThat(board.hasLost()).isTrue();
        assertThat(board.lostStart()).isEqualTo(at(1));
        board.sentAgain(10, at(1), at(2));
        assertThat(board.hasLost()).isFalse();
    }

    /** RFC 6298 §3, Karn's rule: what was sent twice measures nothing; else the oldest of what has arrived does. */
    @Test
    void measuresByTheOldestThatLeftOnce() {
        sends(3);
        board.beginAck();
        names(1, 3);
        assertThat(board.delivered()).isEqualTo(2000);
        assertThat(board.oldestDelivered()).isEqualTo(1000);
        board.lose(9, at(0), at(1), true);
        board.sentAgain(10_000, at(0), at(1));
        board.beginAck();
        acknowledges(3);
        assertThat(board.delivered()).as("two were named before").isEqualTo(1000);
        assertThat(board.oldestDelivered()).isEqualTo(Long.MAX_VALUE);
    }

    /** RFC 2018 §3: parts of a range may be named, and their order does not matter. */
    @Test
    void joinsWhatIsNamedAndKeepsWhatIsNot() {
        board.sent(1, BASE, at(10));
        nxt = at(10);
        board.beginAck();
        for (int segment : new int[] {8, 2, 5, 3, 9, 7}) {
            names(segment, segment + 1);
        }
        assertThat(board.delivered()).isEqualTo(6000);
        assertThat(board.sackedRanges()).isEqualTo(3);
        assertThat(board.pipe()).isEqualTo(4000);
        board.sacked(100_000, at(1) + 500, at(10), rack);
        assertThat(board.delivered()).isEqualTo(8500);
        assertThat(board.sackedRanges()).isEqualTo(1);
        assertThat(board.ranges()).isEqualTo(2);
        acknowledges(9);
        assertThat(board.sacked()).isEqualTo(1000);
    }

    /** RFC 5961 §5, D8: a peer cannot make more ranges than the board has room for, and what is not believed is still out. */
    @Test
    void believesNoMoreThanItHasRoomFor() {
        for (int i = 0; i < 3 * Scoreboard.MOST; i++) {
            board.sent(1, nxt, nxt + 2);
            nxt += 2;
        }
        for (int i = 0; i < 2 * Scoreboard.MOST; i++) {
            board.sacked(9, BASE + 2 * i, BASE + 2 * i + 1, rack);
        }
        assertThat(board.ranges()).isLessThan(2 * Scoreboard.MOST);
        assertThat(board.pipe() + board.sacked()).isEqualTo(nxt - BASE);
        nxt -= 1001;
        board.cutOff(nxt);
        assertThat(board.pipe() + board.sacked()).isEqualTo(nxt - BASE);
        una = nxt;
        board.acknowledged(10, una, rack);
        assertThat(board.ranges()).isZero();
        sends(3);
        names(0, 0);
    }
}
