package dev.weft.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TokenBucketPropertyTest {

    private static final double SECOND = 1e9;

    @Property(tries = 200)
    void inAnyStretchOfTimeItGivesAtMostBurstPlusRate(@ForAll @IntRange(min = 1, max = 1000) int perSecond,
            @ForAll @IntRange(min = 1, max = 50) int burst,
            @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 0, max = 50_000_000) Integer> pauses) {
        var bucket = new TokenBucket(perSecond, burst);
        long now = 0;
        int taken = 0;
        for (int pause : pauses) {
            now += pause;
            taken += TokenBucketTest.taken(bucket, now, 3);
            assertThat((double) taken).isLessThanOrEqualTo(burst + (double) now * perSecond / SECOND * 1.001 + 1e-6);
        }
    }
}
