package dev.weft.tcp.core;

import static dev.weft.tcp.core.Conversation.established;
import static dev.weft.tcp.core.Conversation.modern;
import static dev.weft.tcp.core.Conversation.talking;
import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.rstAck;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tcp.core.buffer.ReceiveRequest;
import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.counter.TcpDiscard;
import dev.weft.tcp.core.counter.TcpEvent;
import java.lang.reflect.Field;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * D8: a connection that has been idle for a second gives up its parts, and is as if it had not when something happens.
 * {@link SleepProperties} compares all that it does; here are the rules that ask it to remember something.
 */
class SleepTest {

    private static final long SECOND = 1_000_000_000L;

    /** Has it fall asleep. */
    private static Conversation asleep(Conversation c) {
        c.stack.connection().takeEvents();
        c.stack.waits(3_000);
        assertThat(c.stack.connection().isAsleep()).isTrue();
        return c;
    }

    @Test
    void fallsAsleepASecondAfterTheLastSegmentAndWakesWithTheNext() {
        var c = talking(t -> t);
        c.stack.connection().takeEvents();
        c.stack.waits(999);
        assertThat(c.stack.connection().isAsleep()).isFalse();
        c.stack.waits(1);
        assertThat(c.stack.connection().isAsleep()).isTrue();
        assertThat(c.stack.connection().deadline()).isEqualTo(Long.MAX_VALUE);
        c.peer.sends(data("hello"));
        assertThat(c.stack.connection().isAsleep()).isFalse();
        assertThat(c.stack.connection().takeEvents()).isEqualTo(TcpConnection.READABLE);
        c.stack.reads("hello");
        c.stack.waits(40);
        c.stack.answers(ack().seq(1002).ack(107));
        asleep(c);
    }

    /** What is left is the connection itself and an array. */
    @Test
    void isAFewHundredBytesWhileItSleeps() throws ReflectiveOperationException {
        for (CongestionAlgorithm control : CongestionAlgorithm.values()) {
            var c = modern(20, t -> t.withCongestionControl(control));
            for (int i = 0; i < 20; i++) {
                c.peer.sends(data(1_000).text("x".repeat(1_000)));
                c.stack.writes(5_000);
                c.stack.says();
                c.stack.waits(20);
                c.peer.sends(ack());
                c.stack.says();
                c.stack.read(1_000);
            }
            asleep(c);
            int references = 0;
            for (Field field : Sleeper.class.getDeclaredFields()) {
                if (!field.getType().isPrimitive() && !java.lang.reflect.Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    references += field.get(c.stack.connection()) == null ? 0 : 1;
                    if (field.get(c.stack.connection()) instanceof byte[] memo) {
                        assertThat(memo.length).as("bytes with %s", control).isLessThan(control == CongestionAlgorithm.BBR ? 448 : 320);
                    }
                }
            }
            assertThat(references).as("the configuration, which is shared, and the array").isEqualTo(2);
        }
    }

    @Test
    void answersAsleepWhatIsAskedOfIdleConnections() {
        var c = talking(t -> t);
        TcpInfo awake = c.stack.connection().info();
        asleep(c);
        TcpConnection connection = c.stack.connection();
        assertThat(connection.info()).isEqualTo(awake);
        assertThat(connection.state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(connection.failure()).isEqualTo(TcpFailure.NONE);
        assertThat(connection.softError()).isNull();
        assertThat(connection.takeEvents()).isZero();
        assertThat(connection.readable()).isZero();
        assertThat(connection.isInputEnded()).isFalse();
        assertThat(connection.isInputComplete()).isFalse();
        assertThat(connection.isOutputDelivered()).isFalse();
        assertThat(connection.unacknowledged()).isZero();
        assertThat(connection.urgentRemaining()).isZero();
        assertThat(connection.writable()).isEqualTo(256 << 10);
        assertThat(connection.sndNxt()).isEqualTo(1002);
        assertThat(connection.rcvNxt()).isEqualTo(102);
        assertThat(connection.bytesAcknowledged()).isEqualTo(1);
        assertThat(connection.bytesReceived()).isEqualTo(1);
        assertThat(connection.isHandshakeComplete()).isTrue();
        assertThat(connection.isHalfOpen()).isFalse();
        assertThat(connection.timeWait(c.stack.now())).isNull();
        c.stack.isSilent();
        assertThat(connection.isAsleep()).isTrue();
    }

    @Test
    @DisplayName("RFC 5927 §4.1: nothing is in flight asleep, so no ICMP message concerns it")
    void takesNoIcmpErrorAsleep() {
        var c = asleep(talking(t -> t));
        c.stack.connection().error(c.stack.now(), TcpError.HOST_UNREACHABLE, 1001);
        assertThat(c.stack.connection().isInFlight(1002)).isFalse();
        assertThat(c.tally.of(TcpDiscard.ICMP_NOT_IN_FLIGHT)).isEqualTo(2);
        assertThat(c.stack.connection().isAsleep()).isTrue();
    }

    @Test
    @DisplayName("RFC 7323 §5.3, R1: TS.Recent outlives a sleep, what is older is answered and dropped")
    void dropsWhatIsOlderThanWhatCameBeforeTheSleep() {
        var c = modern();
        c.stack.waits(100);
        c.peer.sends(data("a"));
        int recent = c.peer.clock();
        c.stack.answers(ack().ack(102));
        c.stack.reads("a");
        asleep(c);
        c.peer.sends(data("b").timestamps(recent - 1, null));
        c.stack.answers(ack().ack(102).timestamps(null, recent));
        assertThat(c.tally.of(TcpDiscard.OLD_TIMESTAMP)).isEqualTo(1);
        assertThat(c.stack.connection().readable()).isZero();
    }

    @Test
    @DisplayName("RFC 7323 §5.5: its age does as well, after 24 days it says nothing")
    void forgetsTsRecentAfter24Days() {
        var c = modern();
        c.peer.sends(data("a"));
        c.stack.answers(ack().ack(102));
        c.stack.reads("a");
        asleep(c);
        c.stack.waits(25L * 24 * 3600 * 1000);
        assertThat(c.stack.connection().isAsleep()).isTrue();
        c.peer.sends(data("b").timestamps(c.peer.clock() - 1_500_000_000, null));
        c.stack.reads("b");
        assertThat(c.tally.of(TcpDiscard.OLD_TIMESTAMP)).isZero();
    }

    @Test
    @DisplayName("RFC 5681 §4.1: after a pause a flight begins with the restart window, slept or not")
    void beginsAgainWithTheRestartWindow() {
        var c = established();
        for (int i = 0; i < 5; i++) {
            c.stack.writes(20_000);
            c.stack.says();
            c.peer.sends(ack());
            c.stack.says();
            c.peer.sends(ack());
        }
        assertThat(c.stack.connection().info().cwnd()).isGreaterThan(10_000);
        int ssthresh = c.stack.connection().info().ssthresh();
        asleep(c);
        c.stack.waits(60_000);
        c.stack.writes(50_000);
        assertThat(c.stack.says()).isEqualTo(10);
        assertThat(c.tally.of(TcpEvent.IDLE_RESTART)).isEqualTo(1);
        assertThat(ssthresh).isEqualTo(Integer.MAX_VALUE);
        assertThat(c.stack.connection().info().cwnd()).isEqualTo(10_000);
    }

    @Test
    @DisplayName("RFC 9293 §3.8.6, SHLD-14: the right edge of the window stays where it was given")
    void takesWhatTheWindowBeforeTheSleepAllowed() {
        var c = established(t -> t.withBuffers(4_000, 4_000));
        c.peer.sends(data(2_000));
        c.stack.answers(ack().ack(2_101).window(2_000));
        c.stack.read(2_000);
        c.stack.answers(ack().ack(2_101).window(4_000));
        asleep(c);
        c.peer.sends(data(1_000).seq(5_101));
        c.stack.answers(ack().ack(2_101).window(4_000));
        assertThat(c.tally.of(TcpDiscard.OUTSIDE_WINDOW)).isZero();
        c.peer.sends(data(1).seq(6_101));
        c.stack.answers(ack().ack(2_101));
        assertThat(c.tally.of(TcpDiscard.OUTSIDE_WINDOW)).isEqualTo(1);
    }

    @Test
    @DisplayName("RFC 9293 §3.8.6.1, RFC 9293 §3.7.4: a window that the peer has closed, and Nagle's algorithm, outlive it")
    void keepsThePeersWindowAndItsOwnWays() {
        var c = talking(t -> t);
        c.stack.connection().noDelay(true);
        c.stack.isSilent();
        c.peer.sends(ack().window(0));
        c.stack.isSilent();
        asleep(c);
        c.stack.writes("ab");
        c.stack.isSilent();
        c.peer.sends(ack().window(1_000));
        c.stack.answers(data("ab").seq(1002));
        c.stack.writes("c");
        c.stack.answers(data("c").seq(1004));
    }

    @Test
    @DisplayName("RFC 1122 §4.2.3.6, RFC 9293 §3.8.4: keep-alives go on, and end it when nobody answers")
    void asksASilentPeerAsleep() {
        var c = established();
        c.stack.connection().keepAlive(c.stack.now(), 60 * SECOND, 10 * SECOND, 3);
        asleep(c);
        assertThat(c.stack.connection().deadline()).isEqualTo(c.stack.now() + 57 * SECOND);
        c.stack.waits(56_999);
        c.stack.isSilent();
        c.stack.waits(1);
        c.stack.answers(ack().seq(1000).ack(101));
        c.peer.sends(ack());
        asleep(c);
        c.stack.waits(57_000 + 20_000);
        assertThat(c.stack.says()).isEqualTo(3);
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.waits(10_000);
        c.stack.answers(rstAck().seq(1001));
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    @DisplayName("RFC 9293 §3.8.3, MUST-21: the user timeout is that which was set before it")
    void keepsTheUserTimeout() {
        var c = established();
        c.stack.connection().userTimeout(c.stack.now(), 5 * SECOND);
        asleep(c);
        c.stack.writes("a");
        c.stack.answers(data("a"));
        c.stack.waits(4_999);
        c.stack.is(TcpState.ESTABLISHED);
        c.stack.says();
        c.stack.waits(1);
        c.stack.hasFailed(TcpFailure.TIMED_OUT);
    }

    @Test
    @DisplayName("RFC 5961 §3.2 and §4.2: resets and SYNs are judged as awake")
    void challengesAsAwake() {
        var c = asleep(talking(t -> t));
        c.peer.sends(rst().seq(200));
        c.stack.answers(ack().seq(1002).ack(102));
        asleep(c);
        c.peer.sends(Seg.syn().seq(5_000_000));
        c.stack.answers(ack().seq(1002).ack(102));
        asleep(c);
        c.peer.sends(rst().seq(102));
        c.stack.hasFailed(TcpFailure.RESET);
    }

    @Test
    void closesAsAwake() {
        var c = asleep(talking(t -> t));
        c.stack.closes();
        c.stack.answers(fin().seq(1002).ack(102));
        c.peer.sends(fin().ack(1003));
        c.stack.answers(ack().seq(1003).ack(103));
        c.stack.is(TcpState.TIME_WAIT);
    }

    @Test
    @DisplayName("RFC 9293 §3.10.3: the reader that waits sleeps with it, and gets what comes")
    void handsToTheReaderThatWaitsWhatWakesIt() {
        var c = talking(t -> t);
        c.stack.asksFor(10);
        asleep(c);
        c.peer.sends(data("hello"));
        c.stack.isHanded("hello");
        assertThat(c.tally.of(TcpEvent.HANDED_TO_READER)).isEqualTo(1);
    }

    @Test
    void takesAReaderThatWaitsAsleepAndLetsItGo() {
        var c = asleep(talking(t -> t));
        TcpConnection connection = c.stack.connection();
        c.stack.asksFor(10);
        assertThatThrownBy(() -> connection.request(new ReceiveRequest())).isInstanceOf(IllegalStateException.class);
        assertThat(connection.isTooLittle()).isTrue();
        c.stack.isHanded("");
        assertThat(connection.isTooLittle()).isFalse();
        assertThat(connection.isEnough(1)).isFalse();
        c.stack.asksFor(10);
        assertThat(connection.isAsleep()).isTrue();
        c.peer.sends(data("hello"));
        c.stack.isHanded("hello");
    }

    @Test
    void staysAwakeWithSomethingToReadAndSleepsWhenItHasBeenRead() {
        var c = talking(t -> t);
        c.peer.sends(data("hello"));
        c.stack.connection().takeEvents();
        c.stack.waits(10_000);
        c.stack.says();
        assertThat(c.stack.connection().isAsleep()).isFalse();
        assertThat(c.stack.connection().deadline()).as("it does not try again and again").isEqualTo(Long.MAX_VALUE);
        c.stack.reads("hello");
        asleep(c);
    }

    @Test
    @DisplayName("RFC 7413 §4.1.3: what a fast open has come to is not forgotten before it has been asked for")
    void sleepsWhenTheOutcomeOfAFastOpenHasBeenTaken() {
        var c = Conversation.connectingFast(null, 0, "a");
        c.stack.says();
        c.peer.sends(Seg.synAck().mss(1000));
        c.stack.says();
        c.peer.sends(ack());
        c.stack.connection().takeEvents();
        c.stack.waits(10_000);
        assertThat(c.stack.connection().isAsleep()).isFalse();
        assertThat(c.stack.connection().takeFastOpenOutcome().answered()).isTrue();
        c.peer.sends(ack());
        asleep(c);
        assertThat(c.stack.connection().takeFastOpenOutcome()).isNull();
    }

    @Test
    void staysAwakeWhenOneEndHasClosedOrSomebodyWatches() {
        var closed = talking(t -> t);
        closed.peer.sends(fin());
        closed.stack.says();
        closed.stack.connection().takeEvents();
        closed.stack.waits(10_000);
        closed.stack.is(TcpState.CLOSE_WAIT);
        var watched = established(SleepSimulation.WATCHER, t -> t);
        watched.stack.waits(10_000);
        assertThat(watched.stack.connection().isAsleep()).isFalse();
    }
}
