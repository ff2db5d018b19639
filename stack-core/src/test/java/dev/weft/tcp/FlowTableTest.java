package dev.weft.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.runtime.KeyedHash;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FlowTableTest {

    /** The bytes of one segment of the largest size: 4 a slot, and the headers. */
    private static final long SEGMENT_BYTES = 4 * FlowTable.LARGEST + 128;

    private final FlowTable<Probe> table = new FlowTable<>(new KeyedHash(0x1234, 0x5678));

    /** An entry that is nothing else. */
    private static final class Probe implements FlowEntry {
        final FlowKey key;
        private int hash;

        Probe(int i) {
            key = new FlowKey(0, 0xffff_0a00_0000L + i / 50_000, i % 3, 0xffff_0a09_0002L, 1024 + i % 50_000 << 16 | 80);
        }

        @Override
        public FlowKey key() {
            return key;
        }

        @Override
        public int tableHash() {
            return hash;
        }

        @Override
        public void tableHash(int tableHash) {
            hash = tableHash;
        }

        @Override
        public int successorIss() {
            return 0;
        }
    }

    private Probe find(FlowKey key) {
        return table.find(key.remoteHi(), key.remoteLo(), key.localHi(), key.localLo(), key.ports());
    }

    private List<Probe> insert(int from, int to) {
        var probes = new ArrayList<Probe>();
        for (int i = from; i < to; i++) {
            var probe = new Probe(i);
            assertThat(table.insert(probe)).isTrue();
            probes.add(probe);
        }
        return probes;
    }

    @Test
    void findsWhatIsInAndNothingElse() {
        List<Probe> probes = insert(0, 100_000);
        for (int i = 0; i < probes.size(); i += 2) {
            table.remove(probes.get(i));
        }
        for (int i = 0; i < probes.size(); i++) {
            assertThat(find(probes.get(i).key)).isSameAs(i % 2 == 0 ? null : probes.get(i));
        }
        assertThat(find(new Probe(200_000).key)).isNull();
        assertThat(table.size()).isEqualTo(50_000);
        assertThat(table.all()).hasSize(50_000).doesNotHaveDuplicates();
    }

    @Test
    void eachPartOfTheKeyCounts() {
        var key = new FlowKey(1, 2, 3, 4, 5 << 16 | 6);
        var probe = new Probe(0);
        assertThat(table.insert(probe)).isTrue();
        FlowKey k = probe.key;
        assertThat(key).isNotEqualTo(k);
        assertThat(table.find(k.remoteHi() + 1, k.remoteLo(), k.localHi(), k.localLo(), k.ports())).isNull();
        assertThat(table.find(k.remoteHi(), k.remoteLo() + 1, k.localHi(), k.localLo(), k.ports())).isNull();
        assertThat(table.find(k.remoteHi(), k.remoteLo(), k.localHi() + 1, k.localLo(), k.ports())).isNull();
        assertThat(table.find(k.remoteHi(), k.remoteLo(), k.localHi(), k.localLo() + 1, k.ports())).isNull();
        assertThat(table.find(k.remoteHi(), k.remoteLo(), k.localHi(), k.localLo(), k.ports() + 1)).isNull();
    }

    @Test
    void refusesASecondEntryWithTheSameKey() {
        insert(0, 1);
        assertThat(table.insert(new Probe(0))).isFalse();
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void takingOutWhatIsNotInDoesNoHarm() {
        insert(0, 10);
        table.remove(new Probe(11));
        assertThat(table.all()).hasSize(10);
    }

    @Test
    @DisplayName("no insertion copies more than one segment and the directory: what it allocates is bounded, and so its time")
    void growsInSmallPieces() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int entries = 300_000;
        var probes = new Probe[entries];
        for (int i = 0; i < entries; i++) {
            probes[i] = new Probe(i);
        }
        var first = new FlowTable<Probe>(new KeyedHash(1, 2));              // loads classes
        for (int i = 0; i < 5_000; i++) {
            first.insert(new Probe(i));
        }
        long most = 0;
        long total = 0;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (Probe probe : probes) {
            table.insert(probe);
            long after = threads.getCurrentThreadAllocatedBytes();
            most = Math.max(most, after - before);
            total += after - before;
            before = after;
        }
        long directory = 4L * 2 * entries / (FlowTable.LARGEST / 4);
        assertThat(most).as("bytes of one insertion").isLessThan(2 * SEGMENT_BYTES + directory);
        assertThat(total / entries).as("bytes allocated an entry, what was replaced included").isLessThan(64);
    }

    @Test
    void comingAndGoingDoesNotFillItWithMarks() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var probes = new ArrayList<>(insert(0, 5_000));
        int next = 5_000;
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 200_000; i++) {
            Probe oldest = probes.get(i % probes.size());
            table.remove(oldest);
            var probe = new Probe(next++);
            table.insert(probe);
            probes.set(i % probes.size(), probe);
        }
        long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / 200_000;
        assertThat(bytes).as("bytes allocated for one that goes and one that comes, the entry included").isLessThan(250);
        assertThat(probes).allSatisfy(probe -> assertThat(find(probe.key)).isSameAs(probe));
    }

    @Test
    void whenAllHaveGoneTheNextFillsItAgain() {
        for (int round = 0; round < 3; round++) {
            List<Probe> probes = insert(0, 20_000);
            probes.forEach(table::remove);
            assertThat(table.size()).isZero();
            assertThat(table.all()).isEmpty();
            assertThat(probes).allSatisfy(probe -> assertThat(find(probe.key)).isNull());
        }
    }

    @Test
    @DisplayName("what is in all the while is found, and listed once, while others come and go")
    void searchesDuringGrowth() throws InterruptedException {
        List<Probe> constant = insert(0, 2_000);
        var stop = new AtomicBoolean();
        var wrong = new AtomicReference<String>();
        var running = new CountDownLatch(2);
        var searches = Thread.ofPlatform().start(() -> {
            for (long n = 0; !stop.get(); n++) {
                for (Probe probe : constant) {
                    if (find(probe.key) != probe) {
                        wrong.set("lost " + probe.key + " in round " + n);
                        return;
                    }
                }
                running.countDown();
            }
        });
        var lists = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                List<Probe> all = table.all();
                long there = all.stream().filter(probe -> isConstant(constant, probe)).distinct().count();
                long listed = all.stream().filter(probe -> isConstant(constant, probe)).count();
                if (there != constant.size() || listed != there) {
                    wrong.set(there + " of " + constant.size() + " listed, " + listed + " times");
                    return;
                }
                running.countDown();
            }
        });
        running.await();
        for (int round = 0; round < 6; round++) {
            insert(10_000, 60_000).forEach(table::remove);
        }
        stop.set(true);
        searches.join();
        lists.join();
        assertThat(wrong.get()).isNull();
    }

    private static boolean isConstant(List<Probe> constant, Probe probe) {
        long i = (probe.key.remoteLo() - 0xffff_0a00_0000L) * 50_000 + (probe.key.ports() >>> 16) - 1024;
        return i < constant.size();
    }
}
