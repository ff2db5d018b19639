package dev.weft.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class OffHeapTest {

    @Test
    void theLedgerKnowsWhatIsHeldAndByWhom() {
        long before = OffHeap.liveBytes();
        var one = OffHeap.allocate("offheaptest.a", 1000);
        var two = OffHeap.allocate("offheaptest.a", 24);
        var other = OffHeap.allocate("offheaptest.b", 1);

        assertThat(OffHeap.liveByOwner()).containsEntry("offheaptest.a", 1024L).containsEntry("offheaptest.b", 1L);
        assertThat(OffHeap.liveBytes()).isEqualTo(before + 1025);
        one.close();
        one.close();
        assertThat(OffHeap.liveByOwner()).containsEntry("offheaptest.a", 24L);
        two.close();
        other.close();
        assertThat(OffHeap.liveByOwner()).doesNotContainKeys("offheaptest.a", "offheaptest.b");
        assertThat(OffHeap.liveBytes()).isEqualTo(before);
    }

    @Test
    void memoryIsZeroedAlignedAndSharedUntilItIsClosed() throws Exception {
        var region = OffHeap.allocate("offheaptest.c", 100);
        assertThat(region.segment().byteSize()).isEqualTo(100);
        assertThat(region.segment().address() % 64).isZero();
        assertThat(region.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        Thread writer = Thread.startVirtualThread(() -> region.segment().set(ValueLayout.JAVA_BYTE, 99, (byte) 7));
        writer.join();
        assertThat(region.segment().get(ValueLayout.JAVA_BYTE, 99)).isEqualTo((byte) 7);
        region.close();
        assertThatThrownBy(() -> region.segment().get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void nothingIsNotARegion() {
        assertThatThrownBy(() -> OffHeap.allocate("offheaptest.d", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(OffHeap.liveByOwner()).doesNotContainKey("offheaptest.d");
    }
}
