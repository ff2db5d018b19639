package dev.weft.examples.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.icmp.PingOptions;
import dev.weft.testing.Eventually;
import dev.weft.testing.RequiresPrivateNetwork;
import dev.weft.testing.RequiresProgram;
import dev.weft.testing.RequiresTun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Echo requests and replies between Weft and the kernel, whose ping compares every byte that comes back. */
@RequiresTun
@RequiresPrivateNetwork
@RequiresProgram({"ip", "ping"})
@Timeout(120)
class PingIT {

    /** 1472 bytes fill one packet of 1500, 2952 fill two; 65,507 is the most there is. */
    private static final int[] LENGTHS = {0, 1, 2, 15, 16, 17, 55, 56, 1023, 1471, 1472, 1473, 1479, 1480, 1481, 2951, 2952,
        2953, 4432, 4433, 8191, 8192, 16_000, 32_767, 32_768, 60_000, 65_000, 65_506, 65_507};

    private final LinuxPeer peer = LinuxPeer.open();

    @AfterEach
    void leave() {
        try (peer) {
            peer.assertKernelFoundNoFault();
        }
    }

    @Test
    void answersTheKernelsPingOfEachLength() {
        for (int length : LENGTHS) {
            assertThat(peer.exec("ping", "-c", "1", "-W", "20", "-s", "" + length, LinuxPeer.WEFT))
                    .as("%d bytes", length).contains(" 1 received").doesNotContain("wrong data", "truncated");
        }
    }

    @Test
    void answersAPingThatMustNotBeFragmentedUpToTheMtu() {
        assertThat(peer.exec("ping", "-c", "1", "-W", "20", "-M", "do", "-s", "1472", LinuxPeer.WEFT)).contains(" 1 received");
    }

    @Test
    void losesNoneOfAFloodOfPings() throws Exception {
        flood(10_000, 56);
    }

    @Test
    void losesNoneOfAFloodOfFragmentedPings() throws Exception {
        flood(500, 20_000);
    }

    /** The kernel counts the replies, for ping itself waits for the last one no longer than twice the longest time so far. */
    private void flood(int count, int length) throws InterruptedException {
        assertThat(peer.exec("ping", "-q", "-f", "-c", "" + count, "-s", "" + length, LinuxPeer.WEFT))
                .contains(count + " packets transmitted").doesNotContain("duplicates");
        Eventually.isTrue("each request is answered", () -> peer.kernelCounters().get("IcmpInEchoReps") >= count);
        assertThat(peer.kernelCounters().get("IcmpInEchoReps")).isEqualTo(count);
    }

    @Test
    void pingsTheKernelWithEachLength() throws Exception {
        for (int length : LENGTHS) {
            var options = PingOptions.defaults().length(length).timeout(LinuxPeer.PATIENCE);
            assertThat(peer.stack.icmp().ping(LinuxPeer.KERNEL, options)).as("%d bytes", length).isPositive();
        }
        assertThat(peer.kernelCounters().get("IcmpInEchos")).isEqualTo(LENGTHS.length);
    }
}
