package dev.weft.tcp.core;

import static dev.weft.tcp.core.Seg.ack;
import static dev.weft.tcp.core.Seg.data;
import static dev.weft.tcp.core.Seg.fin;
import static dev.weft.tcp.core.Seg.rst;
import static dev.weft.tcp.core.Seg.syn;
import static dev.weft.tcp.core.Seg.synAck;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.congestion.CongestionAlgorithm;
import dev.weft.tcp.core.recovery.RetransmitCause;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a connection tells those who watch it: each change of state, each retransmission and each window, with its cause. */
class ObserverTest {

    /** Notes as text: {@code ESTABLISHED>FIN_WAIT_1}, {@code RACK 1001+1000}, {@code LOSS 5000/4000}. */
    private final List<String> notes = new ArrayList<>();
    private final List<String> windows = new ArrayList<>();

    private final TcpObserver observer = new TcpObserver() {
        @Override
        public void stateChanged(TcpState from, TcpState to) {
            notes.add(from + ">" + to);
        }

        @Override
        public void retransmitted(RetransmitCause why, int seq, int bytes) {
            notes.add(why + " " + seq + "+" + bytes);
        }

        @Override
        public void urgentReceived(int bytes) {
            notes.add("urgent " + bytes);
        }

        @Override
        public void windowChanged(WindowCause why, int cwnd, int ssthresh) {
            windows.add(why + " " + cwnd + "/" + (ssthresh == Integer.MAX_VALUE ? "-" : ssthresh));
        }
    };

    private Conversation established() {
        var c = Conversation.established(observer, x -> x);
        notes.clear();
        windows.clear();
        return c;
    }

    private Conversation modern() {
        var c = Conversation.modern(observer, 100, x -> x);
        notes.clear();
        windows.clear();
        return c;
    }

    @Test
    void tellsEachStateOfAPassiveOpenAndClose() {
        var c = Conversation.established(observer, x -> x);
        c.peer.sends(fin());
        c.stack.closes();
        c.stack.says();
        c.peer.sends(ack());
        assertThat(notes).containsExactly("CLOSED>SYN_RECEIVED", "SYN_RECEIVED>ESTABLISHED", "ESTABLISHED>CLOSE_WAIT",
                "CLOSE_WAIT>LAST_ACK", "LAST_ACK>CLOSED");
    }

    @Test
    void tellsEachStateOfAnActiveOpenAndClose() {
        var c = Conversation.connecting(observer, x -> x);
        c.stack.answers(syn());
        c.peer.sends(synAck().mss(1000));
        c.stack.answers(ack());
        c.stack.closes();
        c.stack.says();
        c.peer.sends(ack());
        c.peer.sends(fin());
        c.stack.says();
        c.stack.waits(60_000);
        assertThat(notes).containsExactly("CLOSED>SYN_SENT", "SYN_SENT>ESTABLISHED", "ESTABLISHED>FIN_WAIT_1",
                "FIN_WAIT_1>FIN_WAIT_2", "FIN_WAIT_2>TIME_WAIT", "TIME_WAIT>CLOSED");
    }

    @Test
    void tellsTheStatesOfACloseAtTheSameTimeAndOfAReset() {
        var c = established();
        c.stack.closes();
        c.stack.says();
        c.peer.sends(fin().ack(1001));
        c.peer.sends(rst());
        assertThat(notes).containsExactly("ESTABLISHED>FIN_WAIT_1", "FIN_WAIT_1>CLOSING", "CLOSING>CLOSED");
    }

    @Test
    void tellsNothingWhereNothingChanges() {
        var c = established();
        c.peer.sends(data("x"));
        c.stack.says();
        c.stack.waits(1_000);
        assertThat(notes).isEmpty();
        assertThat(windows).isEmpty();
    }

    @Test
    void tellsARepeatedSyn() {
        var c = Conversation.connecting(observer, x -> x);
        c.stack.waits(1_500);
        assertThat(notes).containsExactly("CLOSED>SYN_SENT", "SYN 1000+1");
        assertThat(c.stack.says()).isEqualTo(2);
    }

    @Test
    void tellsARepeatedSynAckWithoutTheTimer() {
        var c = Conversation.listening(observer, x -> x);
        c.peer.sends(syn());
        c.stack.answers(synAck());
        c.peer.sends(syn().seq(100));
        c.stack.answers(synAck());
        assertThat(notes).containsExactly("CLOSED>SYN_RECEIVED", "SYN 1000+1");
    }

    @Test
    void tellsATimeOutAndWhatItDoesToTheWindow() {           // RFC 6298 §5.4, RFC 5681 §3.1
        var c = established();
        c.stack.writes(4_000);
        c.stack.says();
        c.stack.waits(1_100);
        assertThat(notes).contains("TIMEOUT 1001+1000");
        assertThat(windows).containsExactly("TIMEOUT 1000/2000");
    }

    @Test
    void tellsATailLossProbe() {                             // RFC 8985 §7.3
        var c = modern();
        c.stack.writes(2_000);
        c.stack.says();
        c.stack.waits(210);
        assertThat(notes).containsExactly("TAIL_LOSS_PROBE 2001+1000");
        assertThat(windows).as("a probe is no loss").isEmpty();
    }

    @Test
    void tellsWhatRackFindsLost() {                          // RFC 8985 §6.2
        var c = modern();
        c.stack.writes(5_000);
        c.stack.says();
        c.peer.sends(ack().ack(1001).sack(2001, 5001));
        c.stack.says();
        assertThat(notes).containsExactly("RACK 1001+1000");
        assertThat(windows.getFirst()).startsWith("LOSS ");
        c.peer.sends(ack().ack(6001));
        assertThat(windows.getLast()).startsWith("RECOVERED ");
    }

    @Test
    void tellsAFastRetransmitWithoutSack() {                 // RFC 5681 §3.2
        var c = established();
        c.stack.writes(5_000);
        c.stack.says();
        for (int i = 0; i < 3; i++) {
            c.peer.sends(ack().ack(1001));
        }
        c.stack.says();
        assertThat(notes).containsExactly("FAST 1001+1000");
    }

    @Test
    void tellsAProbeOfAClosedWindowOnceItRepeats() {         // RFC 9293 §3.8.6.1
        var c = established();
        c.peer.sends(ack().window(0));
        c.stack.writes("waiting");
        c.stack.waits(201);
        assertThat(notes).as("the first probe is new").isEmpty();
        c.peer.sends(ack().ack(1001).window(0));
        c.stack.waits(500);
        assertThat(notes).containsExactly("WINDOW_PROBE 1001+1");
        c.peer.sends(ack().ack(1001).window(1_000));
        c.stack.says();
        assertThat(notes).containsExactly("WINDOW_PROBE 1001+1", "REFUSED 1001+7");
    }

    @Test
    void tellsWhatIsCutForASmallerPath() {                   // RFC 1191 §6.4
        var c = established();
        c.stack.writes(1_000);
        c.stack.says();
        c.stack.connection().packetTooBig(c.stack.now(), 640);
        c.stack.says();
        assertThat(windows).isEmpty();
        c.peer.sends(ack().ack(1601));
        c.stack.says();
        assertThat(notes).containsExactly("TOO_LONG 1001+600", "TOO_LONG 1601+400");
    }

    @Test
    void tellsGrowthTheInitialWindowAndARestartAfterAPause() { // RFC 6928, RFC 5681 §3.1 and §4.1
        var c = Conversation.established(observer, x -> x);
        assertThat(windows).containsExactly("START 10000/-");
        c.stack.writes(20_000);
        c.stack.says();
        c.peer.sends(ack());
        c.stack.says();
        assertThat(windows.get(1)).isEqualTo("ACKNOWLEDGED 12000/-");
        c.peer.sends(ack());
        windows.clear();
        c.stack.waits(60_000);
        c.stack.writes(1_000);
        c.stack.says();
        assertThat(windows).containsExactly("IDLE 10000/-");
    }

    @Test
    void tellsThatAReductionIsTakenBack() {                  // RFC 4015, RFC 3522
        var c = modern();
        c.stack.writes(1_000);
        c.stack.says();
        int first = c.peer.tsSeen;
        c.stack.waits(3_000);
        c.stack.says();
        c.peer.sends(ack().ack(2001).timestamps(null, first));
        assertThat(windows).anyMatch(window -> window.startsWith("TIMEOUT ")).anyMatch(window -> window.startsWith("UNDO "));
    }

    @Test
    void saysTheSameWithAndWithoutAWitness() {
        for (int seed = 0; seed < 3; seed++) {
            var watched = Conversation.modern(observer, 100, x -> x.withCongestionControl(CongestionAlgorithm.CUBIC));
            var alone = Conversation.modern(null, 100, x -> x.withCongestionControl(CongestionAlgorithm.CUBIC));
            for (Conversation c : List.of(watched, alone)) {
                c.stack.writes(30_000);
                c.stack.says();
                c.peer.sends(ack().ack(1001).sack(2001, 4001));
                c.stack.waits(50 + seed);
                c.peer.sends(ack());
                c.stack.says();
            }
            assertThat(watched.stack.connection().info()).isEqualTo(alone.stack.connection().info());
        }
    }
}
