package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class RandomnessTest {

    @Test
    void oneSeedGivesTheSameNumbers() {
        Randomness one = Randomness.seeded(7);
        Randomness two = Randomness.seeded(7);
        for (int i = 0; i < 100; i++) {
            assertThat(one.nextLong()).isEqualTo(two.nextLong());
        }
    }

    /** SplitMix64's published first values from state 0, which seed 0 is mixed to. */
    @Test
    void theSeededNumbersAreSplitMix64s() {
        Randomness randomness = Randomness.seeded(0);
        assertThat(randomness.nextLong()).isEqualTo(0xe220a8397b1dcdafL);
        assertThat(randomness.nextLong()).isEqualTo(0x6e789e6aa1b965f4L);
        assertThat(randomness.nextLong()).isEqualTo(0x06c45d188009454fL);
    }

    @Test
    void seedsGiveDifferentNumbers() {
        Set<Long> numbers = new HashSet<>();
        for (long seed = 0; seed < 100; seed++) {
            Randomness randomness = Randomness.seeded(seed);
            for (int i = 0; i < 100; i++) {
                numbers.add(randomness.nextLong());
            }
        }
        assertThat(numbers).hasSize(10_000);
    }

    @Test
    void boundedNumbersAreEvenlySpreadBelowTheBound() {
        for (Randomness randomness : new Randomness[] {Randomness.seeded(1), Randomness.secure()}) {
            int[] counts = new int[7];
            for (int i = 0; i < 70_000; i++) {
                counts[randomness.nextInt(7)]++;
            }
            for (int count : counts) {
                assertThat(count).isBetween(9_400, 10_600);       // six standard deviations
            }
            assertThat(randomness.nextInt(1)).isZero();
            assertThat(randomness.nextInt(Integer.MAX_VALUE)).isNotNegative();
            assertThatThrownBy(() -> randomness.nextInt(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A bound of 3·2²⁹ without rejection would give multiples of three twice as often as they should come. */
    @Test
    void aBoundNearTheRangeOfIntsHasNoFavourites() {
        Randomness randomness = Randomness.seeded(5);
        int bound = 3 << 29;
        int multiples = 0;
        for (int i = 0; i < 30_000; i++) {
            multiples += randomness.nextInt(bound) % 3 == 0 ? 1 : 0;
        }
        assertThat(multiples).isBetween(9_500, 10_500);
    }

    @Test
    void doublesLieBetweenZeroAndOne() {
        Randomness randomness = Randomness.seeded(5);
        double sum = 0;
        for (int i = 0; i < 10_000; i++) {
            double number = randomness.nextDouble();
            assertThat(number).isGreaterThanOrEqualTo(0).isLessThan(1);
            sum += number;
        }
        assertThat(sum).isBetween(4_800.0, 5_200.0);
    }

    @Test
    void bytesAreFilledToTheLast() {
        for (int length = 0; length < 20; length++) {
            byte[] seen = new byte[length];
            Randomness randomness = Randomness.seeded(length);
            for (int round = 0; round < 30; round++) {
                byte[] bytes = new byte[length];
                randomness.nextBytes(bytes);
                for (int i = 0; i < length; i++) {
                    seen[i] |= bytes[i];
                }
            }
            for (byte b : seen) {
                assertThat(b).isEqualTo((byte) 0xff);
            }
        }
    }

    @Test
    void secureNumbersDifferAcrossThreadsAndKeys() throws Exception {
        var randomness = new SecureRandomness(new SecureRandom());
        Set<Long> numbers = ConcurrentHashMap.newKeySet();
        int perThread = 700_000;
        var threads = new Thread[2];                       // together they use up a key of 2²⁰ values
        for (int t = 0; t < threads.length; t++) {
            boolean kept = t == 0;
            threads[t] = Thread.startVirtualThread(() -> {
                for (int i = 0; i < perThread; i++) {
                    long number = randomness.nextLong();
                    if (kept && i % 10 == 0) {
                        numbers.add(number);
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(numbers).hasSize(perThread / 10);
        assertThat(new SecureRandomness(new SecureRandom()).nextLong()).isNotEqualTo(randomness.nextLong());
    }
}
