package dev.weft.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class LentMemoryTest {

    private static final String OWNER = "lentmemorytest";

    @Test
    void isFreeOnceAllHaveGivenItBack() {
        try (var memory = new LentMemory(OWNER, 100)) {
            assertThat(memory.isFree()).isTrue();
            memory.keep();
            memory.keep();
            memory.giveBack();
            assertThat(memory.isFree()).isFalse();
            memory.giveBack();
            assertThat(memory.isFree()).isTrue();
        }
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
    }

    @Test
    void outlivesItsOwnerForThoseWhoKeepIt() {
        var memory = new LentMemory(OWNER, 100);
        memory.segment().set(ValueLayout.JAVA_BYTE, 7, (byte) 1);
        memory.keep();
        memory.close();
        assertThat(OffHeap.liveByOwner()).containsEntry(OWNER, 100L);
        assertThat(memory.segment().get(ValueLayout.JAVA_BYTE, 7)).isEqualTo((byte) 1);
        memory.giveBack();
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
        assertThatThrownBy(() -> memory.segment().get(ValueLayout.JAVA_BYTE, 7)).isInstanceOf(IllegalStateException.class);
    }
}
