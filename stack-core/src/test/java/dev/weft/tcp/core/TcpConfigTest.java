package dev.weft.tcp.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.resource.ByteBudget;
import dev.weft.resource.ChunkPool;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.buffer.TcpMemory;
import dev.weft.tcp.core.counter.TcpCounters;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** Each value of a configuration has a least and a greatest one, and the message says which was wrong. */
class TcpConfigTest {

    private static final ChunkPool POOL = new ChunkPool("config", 256, 512);
    private static final TcpConfig CONFIG = TcpConfig.of(new TcpMemory(POOL, new ByteBudget(512)), TcpCounters.NONE);
    private static final int MOST = 1 << 30;

    private static void takes(String name, LongFunction<TcpConfig> with, long least, long greatest) {
        assertThatCode(() -> with.apply(least)).as(name + " " + least).doesNotThrowAnyException();
        assertThatCode(() -> with.apply(greatest)).as(name + " " + greatest).doesNotThrowAnyException();
        assertThatThrownBy(() -> with.apply(least - 1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(name);
        if (greatest < Integer.MAX_VALUE) {
            assertThatThrownBy(() -> with.apply(greatest + 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
    }

    @Test
    void takesBuffersFromOneByteToAGigabyte() {
        takes("end", v -> CONFIG.withBuffers((int) v, 1), 1, MOST);
        takes("eceive", v -> CONFIG.withBuffers(1, (int) v), 1, MOST);
        takes("largestSend", v -> CONFIG.withBuffers(new TcpBuffers(1_000, (int) v, 1, 1)), 1_000, MOST);
        takes("largestReceive", v -> CONFIG.withBuffers(new TcpBuffers(1, 1, 1_000, (int) v)), 1_000, MOST);
    }

    /** RFC 791 §3.1: 68 bytes pass everywhere; 65,575 is IPv6's most with its header. */
    @Test
    void takesPathsFromSixtyEightBytes() {
        takes("mtu", v -> CONFIG.withPath((int) v, 20), 68, 65_575);
        takes("ipHeader", v -> CONFIG.withPath(1500, (int) v), 20, 20);
        takes("ipHeader", v -> CONFIG.withPath(1500, (int) v), 40, 40);
    }

    @Test
    void takesUpTo127Retries() {
        takes("synRetries", v -> CONFIG.withRetries((int) v, 1, 1), 0, 127);
        takes("synAckRetries", v -> CONFIG.withRetries(1, (int) v, 1), 0, 127);
        takes("dataRetries", v -> CONFIG.withRetries(1, 1, (int) v), 0, 127);
    }

    /** RFC 9293 §3.8.6.3 (MUST-40): an ACK is put off for less than half a second. */
    @Test
    void takesTimesThatAreNotNegative() {
        takes("mslNanos", v -> CONFIG.withTimes(v, 1, 1), 0, Long.MAX_VALUE);
        takes("finWait2Nanos", v -> CONFIG.withTimes(1, v, 1), 0, Long.MAX_VALUE);
        takes("delayedAckNanos", v -> CONFIG.withTimes(1, 1, v), 0, 499_999_999);
    }

    /** RFC 6298 §2.4, §2.5. */
    @Test
    void takesAFloorOfTheTimeOutFromAMillisecond() {
        takes("rtoFloorNanos", CONFIG::withRtoFloor, 1_000_000, 120_000_000_000L);
        assertThatThrownBy(() -> CONFIG.withRtoFloor(120_000_000_001L)).hasMessageContaining("rtoFloorNanos");
    }

    /** RFC 9293 §3.7.1. */
    @Test
    void announcesWhatItsPathTakes() {
        assertThat(CONFIG.withPath(1500, 20).announcedMss()).isEqualTo(1460);
        assertThat(CONFIG.withPath(1500, 40).announcedMss()).isEqualTo(1440);
        assertThat(CONFIG.withPath(65_575, 20).announcedMss()).isEqualTo(65_535);
        assertThat(CONFIG.withPath(1500, 20).defaultMss()).isEqualTo(536);
        assertThat(CONFIG.withPath(1500, 40).defaultMss()).isEqualTo(1220);
    }
}
