package dev.weft.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.runtime.Randomness;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** RFC 6056 §3.3.4: where a connection goes decides where the search for its port begins, and nobody outside can tell. */
class EphemeralPortsTest {

    private static final int RANGE = EphemeralPorts.LAST - EphemeralPorts.FIRST + 1;

    private final EphemeralPorts ports = new EphemeralPorts(Randomness.seeded(1));

    private static int toward(EphemeralPorts ports, long remote) {
        return ports.choose(1, 0, remote, 80, port -> true);
    }

    /** RFC 6056 §3.1: a port is used again as late as possible. */
    @Test
    void handsOutEachPortOncePerRoundToOneDestination() {
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < RANGE; i++) {
            assertThat(seen.add(toward(ports, 7))).isTrue();
        }
        assertThat(seen).allMatch(port -> port >= EphemeralPorts.FIRST && port <= EphemeralPorts.LAST);
        assertThat(seen).contains(toward(ports, 7));
    }

    /** RFC 6056 §3.3.4: a server sees the ports of connections to itself and learns nothing of those to others. */
    @Test
    void sequencesOfTwoDestinationsHaveNothingInCommon() {
        int near = 0;
        for (int remote = 0; remote < 1_000; remote++) {
            near += Math.abs(toward(ports, remote) - toward(ports, remote + 1)) < RANGE / 100 ? 1 : 0;
        }
        assertThat(near).as("one in fifty by chance").isLessThan(60);
    }

    /** RFC 6056 §3.3.4: the keys are secret. */
    @Test
    void anotherKeyGivesOtherPorts() {
        int same = 0;
        var others = new EphemeralPorts(Randomness.seeded(2));
        for (int remote = 0; remote < 1_000; remote++) {
            same += toward(ports, remote) == toward(others, remote) ? 1 : 0;
        }
        assertThat(same).isLessThan(5);
    }

    /** RFC 6056 §3.2 and §3.3.4: the search goes on past ports that are taken, and has an end. */
    @Test
    void passesOverWhatIsTakenAndSaysWhenNothingIsFree() {
        int taken = toward(new EphemeralPorts(Randomness.seeded(1)), 7);
        assertThat(ports.choose(1, 0, 7, 80, port -> port != taken)).isNotEqualTo(taken).isPositive();
        assertThat(ports.choose(1, 0, 7, 80, port -> port == EphemeralPorts.FIRST)).isEqualTo(EphemeralPorts.FIRST);
        assertThat(ports.choose(1, 0, 7, 80, port -> false)).isEqualTo(-1);
    }
}
