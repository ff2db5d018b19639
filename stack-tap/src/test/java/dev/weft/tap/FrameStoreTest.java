package dev.weft.tap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.resource.LentMemory;
import dev.weft.resource.OffHeap;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What frames are received into (D3): never memory that somebody keeps, and always some. */
class FrameStoreTest {

    private static final String OWNER = "framestoretest";
    private static final int BYTES = 1000;

    private final FrameStore store = new FrameStore(OWNER, BYTES);
    private final List<LentMemory> kept = new ArrayList<>();

    @AfterEach
    void leavesNothing() {
        store.close();
        kept.forEach(LentMemory::giveBack);
        assertThat(OffHeap.liveByOwner()).doesNotContainKey(OWNER);
    }

    private MemorySegment nextAndKeep() {
        MemorySegment next = store.next();
        store.lent().keep();
        kept.add(store.lent());
        return next;
    }

    @Test
    void fillsTheSameMemoryAgainWhereNobodyKeepsIt() {
        MemorySegment first = store.next();
        assertThat(store.lent().segment()).isEqualTo(first);
        assertThat(store.next()).isEqualTo(first);
        assertThat(OffHeap.liveByOwner()).containsEntry(OWNER, (long) BYTES);
    }

    @Test
    void fillsNoMemoryThatIsKept() {
        var seen = new HashSet<Long>();
        for (int i = 0; i < FrameStore.BLOCKS - 1; i++) {
            assertThat(seen.add(nextAndKeep().address())).isTrue();
        }
        MemorySegment last = store.next();
        assertThat(seen.add(last.address())).isTrue();
        assertThat(store.lent()).as("the last one is not lent").isNull();
        assertThat(store.next()).isEqualTo(last);
        assertThat(OffHeap.liveByOwner()).containsEntry(OWNER, (long) FrameStore.BLOCKS * BYTES);
    }

    @Test
    void lendsAgainWhenSomethingHasComeBack() {
        for (int i = 0; i < FrameStore.BLOCKS - 1; i++) {
            nextAndKeep();
        }
        assertThat(store.next()).isNotNull();
        LentMemory back = kept.remove(1);
        back.giveBack();
        store.next();
        assertThat(store.lent()).isNotNull();
        store.lent().keep();
        kept.add(store.lent());
        assertThat(store.next()).isNotEqualTo(kept.getLast().segment());
        assertThat(store.lent()).isNull();
    }
}
