package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.resource.OffHeap;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Plants one leak of each kind: a check that cannot see them proves nothing elsewhere. */
@Timeout(60)
class LeakCheckTest {

    @Test
    void seesVirtualThreads() throws Exception {
        var end = new CountDownLatch(1);
        var check = LeakCheck.begin("leaktest");
        Thread thread = Threads.virtual("leaktest-virtual", () -> awaitUninterrupted(end));
        thread.start();
        while (thread.getState() != Thread.State.WAITING) {
            Thread.yield();       // until it has come to its wait, whose frames the dump is to show
        }

        assertThat(check.leaks()).containsExactly("thread leaktest-virtual");
        assertThat(LiveThreads.stackOf("leaktest-virtual")).contains("leaktest-virtual").contains("LeakCheckTest");
        end.countDown();
        thread.join();
        check.assertNone();
    }

    @Test
    void seesPlatformThreads() throws Exception {
        var end = new CountDownLatch(1);
        var check = LeakCheck.begin("leaktest");
        Thread thread = Threads.platform("leaktest-platform", () -> awaitUninterrupted(end));
        thread.start();

        assertThat(check.leaks()).containsExactly("thread leaktest-platform");
        end.countDown();
        thread.join();
        check.assertNone();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void seesDescriptors(@TempDir Path directory) throws Exception {
        Path file = Files.createFile(directory.resolve("leaked"));
        var check = LeakCheck.begin();
        try (var _ = FileChannel.open(file, StandardOpenOption.READ)) {
            assertThat(check.leaks()).singleElement().asString()
                    .startsWith("descriptor ").endsWith(file.toRealPath().toString());
        }
        check.assertNone();
    }

    @Test
    void seesOffHeapMemory() {
        var check = LeakCheck.begin();
        try (var _ = OffHeap.allocate("leaktest", 100)) {
            assertThat(check.leaks()).containsExactly("memory 100 bytes of leaktest");
        }
        check.assertNone();
    }

    @Test
    void failsWhenSomethingStays() {
        var check = LeakCheck.begin();
        try (var _ = OffHeap.allocate("leaktest", 100)) {
            assertThatThrownBy(() -> check.assertNoneWithin(Duration.ofMillis(50))).isInstanceOf(AssertionError.class).hasMessageContaining("leaktest");
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
