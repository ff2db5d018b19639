package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import dev.weft.tcp.core.segment.EcnMode;
import dev.weft.tcp.core.segment.TcpExtensions;
import dev.weft.tcp.core.segment.TcpSegment;
import dev.weft.wire.TcpFlags;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** RFC 9293 §3.10.7.4 in TIME-WAIT, by the little that is left of a connection: as the connection itself would do it. */
class TimeWaitTest {

    private static final int CLIENT_ISS = 1000;
    private static final int SERVER_ISS = 5000;
    private static final long START = 3_600_000_000_000L;

    private final ChunkPool pool = new ChunkPool("time-wait", 16 << 10, 1 << 20);
    private long now = START;

    @AfterEach
    void close() {
        pool.close();
    }

    /** A connection that has closed first and is in TIME-WAIT. */
    private TcpConnection waiting(boolean timestamps) {
        now = START;
        var config = TcpConfig.of(new TcpMemory(pool, new ByteBudget(1 << 20)), TcpCounters.NONE)
                .withExtensions(new TcpExtensions(timestamps, 77, true, EcnMode.OFF));
        var client = TcpConnection.active(config, CLIENT_ISS);
        client.connect(now);
        var segment = new TcpSegment();
        client.poll(now, segment);
        var server = TcpConnection.passive(config, SERVER_ISS, now, segment);
        exchange(server, client);
        exchange(client, server);
        client.close(now);
        exchange(client, server);
        exchange(server, client);
        server.close(now);
        exchange(server, client);
        assertThat(client.timeWait(now)).as("before its ACK has left").isNull();
        exchange(client, server);
        assertThat(client.state()).isEqualTo(TcpState.TIME_WAIT);
        return client;
    }

    private void exchange(TcpConnection from, TcpConnection to) {
        var segment = new TcpSegment();
        while (from.poll(now, segment)) {
            to.segment(now, segment);
            now += 1_000_000;
        }
    }

    @Test
    @DisplayName("any segment is answered, and begins the wait anew, as by the whole connection (RFC 9293 §3.10.7.4, RFC 1337, RFC 7323 §5.3)")
    void doesAsTheConnectionWould() {
        int answers = 0;
        int restarts = 0;
        var payload = MemorySegment.ofArray(new byte[10]);
        for (int seed = 0; seed < 4000; seed++) {
            var random = new Random(seed);
            TcpConnection connection = waiting(random.nextInt(4) > 0);
            TimeWait rest = connection.timeWait(now);
            now += 1_000_000_000L;
            var in = new TcpSegment();
            in.seq = connection.rcvNxt() + around(random);
            in.ack = connection.sndNxt() + around(random);
            in.flags = new int[] {TcpFlags.ACK, TcpFlags.ACK | TcpFlags.FIN, TcpFlags.RST, TcpFlags.SYN, TcpFlags.SYN | TcpFlags.ACK, 0,
                TcpFlags.RST | TcpFlags.ACK}[random.nextInt(7)];
            in.timestamps = random.nextInt(4) > 0;
            in.tsVal = (int) (START / 1_000_000) + 77 + random.nextInt(-20, 2000);
            if (random.nextInt(3) == 0) {
                in.payload.add(payload, 0, 1 + random.nextInt(10));
            }
            String text = "seed " + seed + ": " + in;
            long before = connection.deadline();
            var out = new TcpSegment();
            int result = rest.segment(now, in, out, TcpCounters.NONE);
            var expected = new TcpSegment();
            connection.segment(now, in);
            boolean answered = connection.poll(now, expected);
            assertThat((result & TimeWait.ANSWER) != 0).as(text).isEqualTo(answered);
            if (answered) {
                answers++;
                expected.sackCount = 0;              // what came twice is not named any more: RFC 2883 asks nobody for it
                assertThat(out.toString()).as(text).isEqualTo(expected.toString());
                assertThat(out.tsEcr).as(text).isEqualTo(expected.tsEcr);
                assertThat(out.window).as(text).isEqualTo(expected.window);
            }
            boolean restarted = connection.deadline() != before;
            restarts += restarted ? 1 : 0;
            assertThat((result & TimeWait.RESTART) != 0).as(text).isEqualTo(restarted);
            assertThat(rest.waitNanos()).isEqualTo(restarted ? connection.deadline() - now : rest.waitNanos());
        }
        assertThat(answers).isGreaterThan(500);
        assertThat(restarts).isGreaterThan(30);
    }

    @Test
    @DisplayName("a SYN begins the next incarnation where it may with the whole connection (RFC 6191 §2, RFC 9293 §3.6.1, MAY-2)")
    void letsTheSameSynsIn() {
        int taken = 0;
        for (int seed = 0; seed < 1000; seed++) {
            var random = new Random(seed);
            TcpConnection connection = waiting(random.nextBoolean());
            TimeWait rest = connection.timeWait(now);
            var in = new TcpSegment();
            in.seq = connection.rcvNxt() + around(random);
            in.flags = random.nextInt(4) == 0 ? TcpFlags.SYN | TcpFlags.ACK : TcpFlags.SYN;
            in.timestamps = random.nextBoolean();
            in.tsVal = (int) (START / 1_000_000) + 77 + random.nextInt(-20, 20);
            assertThat(rest.mayBeReopenedBy(in)).as("seed " + seed + ": " + in).isEqualTo(connection.mayBeReopenedBy(in));
            taken += rest.mayBeReopenedBy(in) ? 1 : 0;
        }
        assertThat(taken).isBetween(200, 800);
    }

    @Test
    @DisplayName("two ends that both answer do not answer each other for ever (RFC 5961 §7)")
    void limitsItsAnswers() {
        TimeWait rest = waiting(false).timeWait(now);
        var in = new TcpSegment();
        in.flags = TcpFlags.ACK;
        var out = new TcpSegment();
        int answers = 0;
        for (int i = 0; i < 1000; i++) {
            now += 1_000_000;
            answers += rest.segment(now, in, out, TcpCounters.NONE);
        }
        assertThat(answers).isBetween(4, 6);
    }

    private static int around(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> random.nextInt(-20, 20);
            case 3 -> random.nextInt(-200_000, 200_000);
            default -> random.nextInt();
        };
    }
}
