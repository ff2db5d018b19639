package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.NetDevice;
import dev.weft.device.memory.Cable;
import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpOptions;
import dev.weft.tcp.TcpPatience;
import dev.weft.tcp.TcpSettings;
import dev.weft.tcp.TcpSocket;
import dev.weft.tcp.TcpSynCookies;
import dev.weft.testing.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handshakes that do not end: how many of them a listener holds (D8), and how long they last (RFC 9293 §3.8.3). */
@Timeout(60)
class HandshakeLimitsTest {

    private FaultyDevice device;
    private NetworkStack client;
    private NetworkStack server;

    /** The server's device takes frames until a test says otherwise. */
    @BeforeEach
    void open() throws Exception {
        var cable = new Cable();
        device = new FaultyDevice(cable.right());
        client = stack("left", cable.left(), TwoStacks.LEFT);
        server = stack("right", device, TwoStacks.RIGHT);
    }

    private static NetworkStack stack(String name, NetDevice device, String address) throws IOException {
        TcpSettings settings = TcpSettings.defaults().synCookies(TcpSynCookies.OFF);
        return NetworkStack.open(StackConfig.create().name(name).closeTimeout(Duration.ofMillis(200)).tcp(settings)
                .link("eth0", (clock, counters) -> device, link -> link.address(address + "/24")));
    }

    @AfterEach
    void close() {
        device.fill(false);
        client.close();
        server.close();
    }

    /** So that both know the other's link address; no connection has anything to send afterwards. */
    private void meet(TcpListener listener) throws Exception {
        client.tcp().connect(TwoStacks.RIGHT, listener.port()).close();
        listener.accept().close();
        Eventually.isTrue("both have ended", () -> isQuiet(client) && isQuiet(server));
    }

    private static boolean isQuiet(NetworkStack stack) {
        return stack.connections().stream().allMatch(connection -> connection.state().equals("TIME_WAIT"));
    }

    private long halfOpen() {
        return server.connections().stream().filter(connection -> connection.state().equals("SYN_RECEIVED")).count();
    }

    @Test
    void holdsNoMoreHalfOpenConnectionsThanAllowed() throws Exception {
        try (TcpListener listener = server.tcp().listen(0, TcpOptions.defaults().halfOpen(1))) {
            meet(listener);
            device.fill(true);                                        // no SYN,ACK leaves
            Call<TcpSocket> first = Call.start(() -> client.tcp().connect(TwoStacks.RIGHT, listener.port()));
            Eventually.isTrue("the first is half open", () -> halfOpen() == 1);
            Call<TcpSocket> second = Call.start(() -> client.tcp().connect(TwoStacks.RIGHT, listener.port()));
            Eventually.isTrue("a SYN is dropped", () -> server.counters().value("tcp.in.half_open_full") > 0);
            assertThat(halfOpen()).isEqualTo(1);
            device.fill(false);
            first.get().close();
            second.get().close();                                     // the SYN has come again
        }
    }

    @Test
    void countsAcceptedConnectionsApartFromHalfOpenOnes() throws Exception {
        try (TcpListener listener = server.tcp().listen(0, TcpOptions.defaults().halfOpen(1).backlog(3))) {
            for (int i = 0; i < 3; i++) {
                int waiting = i;
                client.tcp().connect(TwoStacks.RIGHT, listener.port());
                Eventually.isTrue("it is established", () -> halfOpen() == 0 && server.connections().size() == waiting + 1);
            }
            assertThat(server.counters().value("tcp.in.accept_queue_full")).isZero();
        }
    }

    /**
     * RFC 9293 §3.10.7.4, fifth check, put off: two are half open when the backlog has room for one. Both clients are answered
     * and think themselves connected; the second handshake completes with the answer to a repeated SYN,ACK.
     */
    @Test
    void neverHoldsMoreUnacceptedConnectionsThanTheBacklog() throws Exception {
        try (TcpListener listener = server.tcp().listen(0, TcpOptions.defaults().backlog(1))) {
            meet(listener);
            device.fill(true);                                        // no SYN,ACK leaves
            Call<TcpSocket> first = Call.start(() -> client.tcp().connect(TwoStacks.RIGHT, listener.port()));
            Call<TcpSocket> second = Call.start(() -> client.tcp().connect(TwoStacks.RIGHT, listener.port()));
            Eventually.isTrue("both are half open", () -> halfOpen() == 2);
            device.fill(false);
            first.get();
            second.get();
            Eventually.isTrue("an ACK is dropped", () -> server.counters().value("tcp.discard.accept_queue_full") > 0);
            assertThat(halfOpen()).isEqualTo(1);
            listener.accept().close();
            listener.accept().close();                                // the SYN,ACK has come again
            assertThat(server.counters().value("tcp.reset_sent")).isZero();
        }
    }

    @Test
    void givesUpAfterAsManySynsAsTheOptionsSay() throws Exception {
        try (TcpListener listener = server.tcp().listen(0)) {
            meet(listener);
            device.fill(true);
            TcpOptions once = TcpOptions.defaults().patience(TcpPatience.defaults().handshakeRetries(0, 5));
            assertThatThrownBy(() -> client.tcp().connect(TwoStacks.RIGHT, listener.port(), once))
                    .isInstanceOf(ConnectException.class).hasMessageContaining("timed out");
            assertThat(client.counters().value("tcp.retransmitted")).isZero();
        }
    }

    /** RFC 9293 §3.8.3: the limit of a SYN,ACK is the listener's. */
    @Test
    void forgetsWhoAnswersNoSynAckAfterAsManyAsTheOptionsSay() throws Exception {
        TcpOptions once = TcpOptions.defaults().patience(TcpPatience.defaults().handshakeRetries(7, 0));
        try (TcpListener listener = server.tcp().listen(0, once)) {
            meet(listener);
            device.swallow(true);
            TcpOptions single = TcpOptions.defaults().patience(TcpPatience.defaults().handshakeRetries(0, 5));
            Call<TcpSocket> call = Call.start(() -> client.tcp().connect(TwoStacks.RIGHT, listener.port(), single));
            Eventually.isTrue("it is half open", () -> halfOpen() == 1);
            Eventually.isTrue("it is given up", () -> server.counters().value("tcp.given_up") == 1);
            assertThat(halfOpen()).isZero();
            assertThat(server.counters().value("tcp.retransmitted")).isZero();
            assertThatThrownBy(call::get).hasStackTraceContaining("timed out");
        }
    }

    @Test
    void repeatsTheSynAsLongAsTheOptionsSay() throws Exception {
        try (TcpListener listener = server.tcp().listen(0)) {
            meet(listener);
            device.fill(true);
            TcpOptions twice = TcpOptions.defaults().patience(TcpPatience.defaults().handshakeRetries(1, 5));
            Call<TcpSocket> call = Call.start(() -> client.tcp().connect(TwoStacks.RIGHT, listener.port(), twice));
            Eventually.isTrue("the SYN is sent again", () -> client.counters().value("tcp.retransmitted") == 1);
            device.fill(false);
            call.get().close();
        }
    }
}
