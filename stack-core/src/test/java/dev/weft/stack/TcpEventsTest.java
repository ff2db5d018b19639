package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpSettings;
import dev.weft.tcp.TcpSocket;
import dev.weft.tcp.TcpSocketEvent;
import dev.weft.testing.Eventually;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events as programs hear them: of a stack, of a socket, of a listener; without a lock, and without harm. */
@Timeout(60)
class TcpEventsTest {

    private final List<TcpSocketEvent> stackwide = new CopyOnWriteArrayList<>();
    private final List<TcpSocketEvent> clients = new CopyOnWriteArrayList<>();
    private final List<TcpSocketEvent> servers = new CopyOnWriteArrayList<>();

    private static List<String> states(List<TcpSocketEvent> events) {
        return events.stream().filter(TcpSocketEvent.StateChanged.class::isInstance)
                .map(event -> ((TcpSocketEvent.StateChanged) event).to()).toList();
    }

    @Test
    void tellsEachSocketsStatesToItsOwnListenerAndToTheStacks() throws Exception {
        try (var stacks = new TwoStacks(config -> config.tcp(TcpSettings.defaults().events(stackwide::add)));
             TcpListener listener = stacks.right.tcp().listen(7, TcpOptions.defaults().events(servers::add))) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7, TcpOptions.defaults().events(clients::add));
            try (TcpSocket server = listener.accept()) {
                client.close();
                assertThat(server.input().read()).isEqualTo(-1);
            }
            Eventually.isTrue("both have ended", () -> states(servers).contains("CLOSED") && states(clients).contains("TIME_WAIT"));
            assertThat(states(clients)).containsExactly("SYN_SENT", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT");
            assertThat(states(servers)).containsExactly("SYN_RECEIVED", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED");
            assertThat(stackwide).containsAll(clients).containsAll(servers);
            assertThat(clients).allMatch(event -> event.local().equals(client.localAddress())
                    && event.remote().equals(client.remoteAddress()));
            assertThat(clients).anyMatch(TcpSocketEvent.WindowChanged.class::isInstance);
        }
    }

    /** A look at all connections takes the lock of each; from another thread, so that it would wait if it were held here. */
    @Test
    void callsListenersWithoutALock() throws Exception {
        var stacks = new TwoStacks[1];
        var looks = new CopyOnWriteArrayList<Integer>();
        try (var made = new TwoStacks(config -> config.tcp(TcpSettings.defaults().events(event -> {
            try {
                Thread.ofPlatform().start(() -> looks.add(stacks[0].left.connections().size())).join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }))); TcpListener listener = made.right.tcp().listen(7)) {
            stacks[0] = made;
            try (TcpSocket client = made.left.tcp().connect(TwoStacks.RIGHT, 7); TcpSocket server = listener.accept()) {
                client.write(new byte[100_000]);
                assertThat(server.input().readNBytes(100_000)).hasSize(100_000);
            }
            assertThat(looks).hasSizeGreaterThan(4);
        }
    }

    @Test
    void goesOnThoughAListenerThrows() throws Exception {
        try (var stacks = new TwoStacks(config -> config.tcp(TcpSettings.defaults().events(event -> {
            throw new IllegalStateException("a bug of the listener's");
        }))); TcpListener listener = stacks.right.tcp().listen(7)) {
            try (TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7); TcpSocket server = listener.accept()) {
                client.write(new byte[100_000]);
                assertThat(server.input().readNBytes(100_000)).hasSize(100_000);
            }
            assertThat(stacks.left.counters().value("tcp.events.failed")).isPositive();
        }
    }
}
