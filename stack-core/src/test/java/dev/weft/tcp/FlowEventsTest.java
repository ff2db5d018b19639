package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.tcp.core.TcpState;
import dev.weft.tcp.core.WindowCause;
import dev.weft.tcp.core.recovery.RetransmitCause;
import dev.weft.wire.Ipv4Address;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How what a core notes reaches those who listen: in order, one at a time, without harm to anybody. */
@Timeout(60)
class FlowEventsTest {

    private static final FlowKey KEY = FlowKey.of(Ipv4Address.of("10.0.0.1"), 7, Ipv4Address.of("10.0.0.2"), 40_000);

    private final Counters counters = new Counters();

    private EventDesk desk(TcpEventListener everybodys) {
        return new EventDesk(everybodys, NanoClock.system(), counters);
    }

    @Test
    void isNothingAtAllWhereNobodyListens() {
        assertThat(desk(null).open(KEY, null)).isNull();
        assertThat(desk(event -> { }).open(KEY, null)).isNotNull();
        assertThat(desk(null).open(KEY, event -> { })).isNotNull();
    }

    @Test
    void tellsWhoListensToAllAndWhoListensToThisOne() {
        List<TcpSocketEvent> all = new ArrayList<>();
        List<TcpSocketEvent> own = new ArrayList<>();
        EventDesk desk = desk(all::add);
        FlowEvents one = desk.open(KEY, own::add);
        FlowEvents other = desk.open(KEY, null);
        one.stateChanged(TcpState.CLOSED, TcpState.SYN_SENT);
        assertThat(own).as("noted, not told: the lock is held").isEmpty();
        one.tell();
        other.retransmitted(RetransmitCause.RACK, -1, 5);
        other.tell();
        one.windowChanged(WindowCause.LOSS, 4_000, 3_000);
        one.tell();
        assertThat(own).hasSize(2);
        assertThat(all).hasSize(3);
        assertThat(own.getFirst()).isInstanceOfSatisfying(TcpSocketEvent.StateChanged.class, event -> {
            assertThat(event.from()).isEqualTo("CLOSED");
            assertThat(event.to()).isEqualTo("SYN_SENT");
            assertThat(event.local()).isEqualTo(KEY.local());
            assertThat(event.remote()).isEqualTo(KEY.remote());
        });
        assertThat(all.get(1)).isInstanceOfSatisfying(TcpSocketEvent.Retransmitted.class, event -> {
            assertThat(event.cause()).isEqualTo(TcpRetransmitCause.RACK);
            assertThat(event.sequence()).isEqualTo(0xffff_ffffL);
            assertThat(event.bytes()).isEqualTo(5);
        });
        assertThat(all.get(2)).isInstanceOfSatisfying(TcpSocketEvent.WindowChanged.class, event -> {
            assertThat(event.cause()).isEqualTo(TcpWindowCause.LOSS);
            assertThat(event.cwnd()).isEqualTo(4_000);
            assertThat(event.ssthresh()).isEqualTo(3_000);
        });
    }

    @Test
    void knowsEachCauseOfTheCoresByItsName() {
        assertThat(names(TcpRetransmitCause.values())).isEqualTo(names(RetransmitCause.values()));
        assertThat(names(TcpWindowCause.values())).isEqualTo(names(WindowCause.values()));
    }

    private static List<String> names(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).toList();
    }

    @Test
    void countsWhatAListenerThrowsAndTellsTheOthers() {
        List<TcpSocketEvent> own = new ArrayList<>();
        FlowEvents events = desk(event -> {
            throw new AssertionError("a bug of the listener's");
        }).open(KEY, own::add);
        events.stateChanged(TcpState.CLOSED, TcpState.SYN_SENT);
        events.stateChanged(TcpState.SYN_SENT, TcpState.CLOSED);
        events.tell();
        assertThat(own).hasSize(2);
        assertThat(counters.value("tcp.events.failed")).isEqualTo(2);
    }

    @Test
    void tellsWhatAListenerCausesAfterItHasReturned() {
        List<String> told = new ArrayList<>();
        var made = new FlowEvents[1];
        made[0] = desk(null).open(KEY, event -> {
            told.add("begin");
            if (told.size() == 1) {
                made[0].stateChanged(TcpState.SYN_SENT, TcpState.CLOSED);
                made[0].tell();
            }
            told.add("end");
        });
        made[0].stateChanged(TcpState.CLOSED, TcpState.SYN_SENT);
        made[0].tell();
        assertThat(told).containsExactly("begin", "end", "begin", "end");
    }

    @Test
    void tellsOneAtATimeAndInOrderWhateverThreadsUnlock() throws Exception {
        List<Integer> told = Collections.synchronizedList(new ArrayList<>());
        var inside = new AtomicInteger();
        FlowEvents events = desk(null).open(KEY, event -> {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            told.add(((TcpSocketEvent.WindowChanged) event).cwnd());
            inside.decrementAndGet();
        });
        var lock = new Object();
        var next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 1_000; round++) {
                    synchronized (lock) {
                        events.windowChanged(WindowCause.ACKNOWLEDGED, next.incrementAndGet(), 0);
                    }
                    events.tell();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(told).hasSize(4_000).isSorted();
        assertThat(counters.value("tcp.events.failed")).isZero();
    }

    @Test
    void losesWhatAListenerThatNeverReturnsDoesNotTake() {
        var told = new AtomicInteger();
        var made = new FlowEvents[1];
        made[0] = desk(null).open(KEY, event -> {
            if (told.incrementAndGet() == 1) {
                for (int i = 0; i < FlowEvents.LIMIT + 10; i++) {
                    made[0].windowChanged(WindowCause.ACKNOWLEDGED, i, 0);
                }
            }
        });
        made[0].stateChanged(TcpState.CLOSED, TcpState.SYN_SENT);
        made[0].tell();
        assertThat(counters.value("tcp.events.dropped")).isEqualTo(10);
        assertThat(told.get()).isEqualTo(FlowEvents.LIMIT + 1);
    }
}
