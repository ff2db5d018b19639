package dev.weft.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.tcp.TcpListener;
import dev.weft.tcp.TcpSocket;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpOnCableTest {

    @Test
    void carriesAMegabyteThereAndBack() throws Exception {
        byte[] sent = new byte[1 << 20];
        new Random(7).nextBytes(sent);
        try (var stacks = new TwoStacks();
             var server = new Server(stacks.right.tcp().listen(7), Server.ECHO);
             TcpSocket socket = stacks.left.tcp().connect(TwoStacks.RIGHT, server.port())) {
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    socket.write(sent);
                    socket.shutdownOutput();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(socket.input().readAllBytes()).isEqualTo(sent);
            writer.join();
        }
    }

    @Test
    void refusesWhereNobodyListens() throws Exception {
        try (var stacks = new TwoStacks()) {
            assertThatThrownBy(() -> stacks.left.tcp().connect(TwoStacks.RIGHT, 9))
                    .isInstanceOf(ConnectException.class).hasMessageContaining("refused");
        }
    }

    @Test
    void resetsWhenClosedWithUnreadInput() throws Exception {
        try (var stacks = new TwoStacks(); TcpListener listener = stacks.right.tcp().listen(7)) {
            TcpSocket client = stacks.left.tcp().connect(TwoStacks.RIGHT, 7);
            TcpSocket server = listener.accept();
            client.write(new byte[100]);
            while (server.input().available() == 0) {
                Thread.onSpinWait();
            }
            server.close();
            assertThatThrownBy(() -> client.read(new byte[1]))
                    .isInstanceOf(SocketException.class).hasMessageContaining("reset");
        }
    }

    @Test
    void pings() throws Exception {
        try (var stacks = new TwoStacks()) {
            assertThat(stacks.left.icmp().ping(TwoStacks.RIGHT)).isPositive();
            assertThat(stacks.left.icmp().ping(TwoStacks.LEFT)).isPositive();
        }
    }
}
