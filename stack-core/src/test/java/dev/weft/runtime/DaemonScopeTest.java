package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract of a daemon scope, on both engines. Each test ends with no thread of its scope alive. */
@ParameterizedClass
@EnumSource(Engine.class)
@Timeout(60)
class DaemonScopeTest {

    private final Engine engine;
    private LeakCheck leaks;

    DaemonScopeTest(Engine engine) {
        this.engine = engine;
    }

    @BeforeEach
    void begin() {
        leaks = LeakCheck.begin("scopetest");
    }

    @AfterEach
    void noThreadIsLeft() {
        leaks.assertNone();
    }

    private DaemonScope open(FailurePolicy policy) {
        return OwnedScope.open("scopetest", policy, engine.factory);
    }

    private static void waitForever() throws InterruptedException {
        new CountDownLatch(1).await();
    }

    @Test
    void daemonsAreVirtualThreadsOfTheirName() throws Exception {
        var seen = new AtomicReference<Thread>();
        try (var scope = open(FailurePolicy.CANCEL_ALL)) {
            Daemon daemon = scope.fork("scopetest-arp", () -> seen.set(Thread.currentThread()));
            daemon.join();
            assertThat(daemon.isDone()).isTrue();
            assertThat(daemon.failure()).isEmpty();
            assertThat(daemon.name()).isEqualTo("scopetest-arp");
        }
        assertThat(seen.get().getName()).isEqualTo("scopetest-arp");
        assertThat(seen.get().isVirtual()).isTrue();
    }

    @Test
    void startsManySoonWithoutAnAnswerToEach() throws Exception {
        int many = 4 * OwnedScope.MAX_WAITING;
        var ran = new CountDownLatch(many);
        try (var scope = open(FailurePolicy.KEEP_GOING)) {
            for (int i = 0; i < many; i++) {
                scope.forkSoon("scopetest-soon", ran::countDown, refusal -> { });
            }
            ran.await();
        }
    }

    @Test
    void tellsWhoeverDidNotWaitThatTheScopeClosedFirst() throws Exception {
        var refusals = new LinkedBlockingQueue<RuntimeException>();
        var ownerIsBusy = new CountDownLatch(1);
        var ownerMayGoOn = new CountDownLatch(1);
        var scope = open(FailurePolicy.KEEP_GOING);
        scope.onFailure(failure -> {
            ownerIsBusy.countDown();
            try {
                ownerMayGoOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        scope.fork("scopetest-fails", () -> {
            throw new IOException("to keep the owner busy");
        });
        ownerIsBusy.await();
        scope.forkSoon("scopetest-late", () -> refusals.add(new IllegalStateException("it ran")), refusals::add);
        scope.beginClose();
        ownerMayGoOn.countDown();
        scope.close();
        assertThat(refusals).singleElement().satisfies(refusal -> assertThat(refusal)
                .hasMessageContaining("cannot start scopetest-late"));
        assertThatThrownBy(() -> scope.forkSoon("scopetest-later", () -> { }, refusals::add))
                .isInstanceOf(IllegalStateException.class);
        assertThat(refusals).as("who is told by an exception is not told twice").hasSize(1);
    }

    @Test
    void closeInterruptsDaemonsAndWaitsForThem() throws Exception {
        BlockingQueue<String> ended = new LinkedBlockingQueue<>();
        var scope = open(FailurePolicy.CANCEL_ALL);
        var up = new CountDownLatch(3);
        for (String name : List.of("a", "b", "c")) {
            scope.fork("scopetest-" + name, () -> {
                up.countDown();
                try {
                    waitForever();
                } finally {
                    ended.add(name);
                }
            });
        }
        up.await();
        assertThat(LiveThreads.named("scopetest-")).contains("scopetest-a", "scopetest-b", "scopetest-c");
        scope.close();

        assertThat(ended).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(scope.failure()).isEmpty();
    }

    @Test
    void aForkAfterCloseThrows() {
        var scope = open(FailurePolicy.CANCEL_ALL);
        scope.close();

        assertThat(scope.isClosed()).isTrue();
        assertThatThrownBy(() -> scope.fork("scopetest-late", DaemonScopeTest::waitForever))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("scopetest-late").hasMessageContaining("closed");
    }

    @Test
    void forksByManyThreadsAllRun() throws Exception {
        var ran = new AtomicInteger();
        try (var scope = open(FailurePolicy.KEEP_GOING)) {
            List<Thread> forkers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                forkers.add(Thread.startVirtualThread(() -> {
                    for (int j = 0; j < 100; j++) {
                        try {
                            scope.fork("scopetest-many", ran::incrementAndGet).join();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }
                }));
            }
            for (Thread forker : forkers) {
                forker.join();
            }
        }
        assertThat(ran).hasValue(800);
    }

    @Test
    void aFailureCancelsAllAndIsTold() throws Exception {
        var cause = new IOException("device lost");
        BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
        var interrupted = new CountDownLatch(1);
        var scope = open(FailurePolicy.CANCEL_ALL);
        scope.onFailure(told::add);
        var up = new CountDownLatch(1);
        Daemon bystander = scope.fork("scopetest-bystander", () -> {
            up.countDown();
            try {
                waitForever();
            } finally {
                // Told first, so that what the interrupted ones report is the cause.
                assertThat(told).containsExactly(cause);
                interrupted.countDown();
            }
        });
        up.await();
        Daemon failing = scope.fork("scopetest-failing", () -> {
            throw cause;
        });

        bystander.join();
        assertThat(interrupted.getCount()).isZero();
        assertThat(failing.failure()).containsSame(cause);
        assertThat(bystander.failure()).isEmpty();
        assertThat(scope.failure()).containsSame(cause);
        assertThat(scope.isClosed()).isTrue();
        assertThatThrownBy(() -> scope.fork("scopetest-late", DaemonScopeTest::waitForever))
                .isInstanceOf(IllegalStateException.class).hasCause(cause);
        scope.close();
        assertThat(told).containsExactly(cause);
    }

    @Test
    void whoAsksLateIsToldTheFirstFailure() throws Exception {
        BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
        try (var scope = open(FailurePolicy.KEEP_GOING)) {
            var cause = new IOException("first");
            scope.fork("scopetest-failing", () -> {
                throw cause;
            }).join();
            assertThat(scope.failure()).containsSame(cause);
            scope.onFailure(told::add);
            assertThat(told.poll(30, TimeUnit.SECONDS)).isSameAs(cause);
        }
    }

    @Test
    void keepGoingLetsTheOthersGoOnAndTellsEachFailure() throws Exception {
        BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
        var goOn = new CountDownLatch(1);
        try (var scope = open(FailurePolicy.KEEP_GOING)) {
            scope.onFailure(told::add);
            Daemon survivor = scope.fork("scopetest-survivor", goOn::await);
            scope.fork("scopetest-failing", () -> {
                throw new IOException("one");
            }).join();
            scope.fork("scopetest-failing", () -> {
                throw new AssertionError("two");
            }).join();

            assertThat(told.poll(30, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
            assertThat(told.poll(30, TimeUnit.SECONDS)).isInstanceOf(AssertionError.class);
            assertThat(survivor.isDone()).isFalse();
            goOn.countDown();
            survivor.join();
            assertThat(survivor.failure()).isEmpty();
        }
    }

    @Test
    void aListenerThatThrowsHarmsNobody() throws Exception {
        try (var scope = open(FailurePolicy.KEEP_GOING)) {
            scope.onFailure(failure -> {
                throw new AssertionError("listener");
            });
            scope.fork("scopetest-failing", () -> {
                throw new IOException("one");
            }).join();
            var ran = new AtomicBoolean();
            scope.fork("scopetest-next", () -> ran.set(true)).join();
            assertThat(ran).isTrue();
        }
    }

    @Test
    void aListenerMayForkAndClose() throws Exception {
        var forked = new CountDownLatch(1);
        var scope = open(FailurePolicy.KEEP_GOING);
        scope.onFailure(failure -> {
            scope.fork("scopetest-successor", forked::countDown);
            scope.close();
        });
        scope.fork("scopetest-failing", () -> {
            throw new IOException("one");
        });
        forked.await();
        scope.close();
    }

    @Test
    void closeByTwoThreadsAtOnceReturnsToBoth() throws Exception {
        for (int i = 0; i < 50; i++) {
            var scope = open(FailurePolicy.CANCEL_ALL);
            Daemon daemon = scope.fork("scopetest-daemon", DaemonScopeTest::waitForever);
            Thread other = Thread.startVirtualThread(() -> {
                scope.close();
                assertThat(daemon.isDone()).isTrue();
            });
            scope.close();
            assertThat(daemon.isDone()).isTrue();
            other.join();
        }
    }

    @Test
    void closeByAnInterruptedThreadWaitsAndKeepsItsStatus() {
        var scope = open(FailurePolicy.CANCEL_ALL);
        var ended = new AtomicBoolean();
        scope.fork("scopetest-slow", () -> {
            try {
                waitForever();
            } catch (InterruptedException e) {
                for (int i = 0; i < 1000; i++) {
                    Thread.yield();
                }
                ended.set(true);
            }
        });
        Thread.currentThread().interrupt();
        scope.close();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(ended).isTrue();
    }

    @Test
    void aForkByAnInterruptedThreadRunsAndKeepsItsStatus() throws Exception {
        try (var scope = open(FailurePolicy.CANCEL_ALL)) {
            Thread.currentThread().interrupt();
            Daemon daemon = scope.fork("scopetest-daemon", () -> { });
            assertThat(Thread.interrupted()).isTrue();
            daemon.join();
        }
    }

    @Test
    void anInterruptedOwnerGoesOn() throws Exception {
        var scope = open(FailurePolicy.CANCEL_ALL);
        Daemon early = scope.fork("scopetest-early", DaemonScopeTest::waitForever);
        ((OwnedScope) scope).owner().interrupt();
        scope.fork("scopetest-later", () -> { }).join();
        assertThat(early.isDone()).isFalse();
        ((OwnedScope) scope).owner().interrupt();
        scope.close();
        assertThat(early.isDone()).isTrue();
    }

    @Test
    void anOwnerInterruptedWhileItWaitsForTheLastDaemonWaitsOn() throws Exception {
        var scope = open(FailurePolicy.CANCEL_ALL);
        var interrupted = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        Daemon stubborn = scope.fork("scopetest-stubborn", () -> {
            try {
                waitForever();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            while (mayEnd.getCount() > 0) {
                Thread.yield();
            }
        });
        scope.beginClose();
        interrupted.await();
        ((OwnedScope) scope).owner().interrupt();
        assertThat(stubborn.isDone()).isFalse();
        mayEnd.countDown();
        scope.close();
        assertThat(stubborn.isDone()).isTrue();
    }

    @Test
    void aDaemonThatClosesItsScopeDoesNotWaitForItself() throws Exception {
        var scope = open(FailurePolicy.CANCEL_ALL);
        var returned = new CountDownLatch(1);
        scope.fork("scopetest-suicidal", () -> {
            scope.close();
            returned.countDown();
        });
        returned.await();
        scope.close();
    }

    @Test
    void aForkThatRacesCloseRunsOrThrows() throws Exception {
        for (int i = 0; i < 300; i++) {
            var ran = new AtomicInteger();
            var threw = new AtomicInteger();
            var scope = open(FailurePolicy.CANCEL_ALL);
            Thread forker = Thread.startVirtualThread(() -> forkOnce(scope, ran, threw));
            for (int spin = i % 30 * 20; spin > 0; spin--) {
                Thread.onSpinWait();
            }
            scope.close();
            forker.join();
            assertThat(ran.get() + threw.get()).isEqualTo(1);
        }
    }

    @Test
    void aForkThatRacesCloseRunsOrThrowsInEveryOrder() throws Exception {
        var ran = new AtomicInteger();
        var threw = new AtomicInteger();
        int rounds = 200;
        for (long seed = 0; seed < rounds; seed++) {
            try (var scheduler = new SeededScheduler(seed, new VirtualClock())) {
                scheduler.program("scopetest-opener", () -> {
                    var scope = open(FailurePolicy.CANCEL_ALL);
                    scheduler.program("scopetest-forker", () -> forkOnce(scope, ran, threw));
                    scheduler.program("scopetest-closer", scope::close);
                });
                scheduler.run(Duration.ofSeconds(1));
            }
        }
        assertThat(ran.get() + threw.get()).isEqualTo(rounds);
        assertThat(ran.get()).isPositive();
        assertThat(threw.get()).isPositive();
    }

    private static void forkOnce(DaemonScope scope, AtomicInteger ran, AtomicInteger threw) {
        try {
            scope.fork("scopetest-racer", ran::incrementAndGet).join();
        } catch (IllegalStateException e) {
            threw.incrementAndGet();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void cancelEndsOneDaemonAndIsNoFailure() throws Exception {
        try (var scope = open(FailurePolicy.CANCEL_ALL)) {
            Daemon other = scope.fork("scopetest-other", DaemonScopeTest::waitForever);
            Daemon cancelled = scope.fork("scopetest-cancelled", DaemonScopeTest::waitForever);
            cancelled.cancel();
            cancelled.cancel();
            cancelled.join();

            assertThat(cancelled.failure()).isEmpty();
            assertThat(scope.failure()).isEmpty();
            assertThat(other.isDone()).isFalse();
        }
    }

    @Test
    void aPlatformDaemonIsWokenByItsOwnMeans() throws Exception {
        var awake = new AtomicBoolean();
        var thread = new AtomicReference<Thread>();
        var up = new CountDownLatch(1);
        var scope = open(FailurePolicy.CANCEL_ALL);
        Daemon reader = scope.forkPlatform("scopetest-reader", () -> {
            thread.set(Thread.currentThread());
            up.countDown();
            while (!awake.get()) {
                Thread.onSpinWait();      // as deaf to interrupts as a native poll
            }
        }, () -> awake.set(true));
        up.await();
        assertThat(LiveThreads.named("scopetest-")).contains("scopetest-reader");
        scope.close();

        assertThat(reader.isDone()).isTrue();
        assertThat(thread.get().isVirtual()).isFalse();
        assertThat(thread.get().getName()).isEqualTo("scopetest-reader");
    }

    @Test
    void callsThatWaitAreRefusedOnAReader() {
        try (var scope = open(FailurePolicy.CANCEL_ALL)) {
            Daemon daemon = scope.fork("scopetest-daemon", DaemonScopeTest::waitForever);
            Suspension.forbid("the reader of eth0", () -> {
                assertThatThrownBy(() -> scope.fork("scopetest-x", () -> { })).hasMessageContaining("the reader of eth0");
                assertThatThrownBy(scope::close).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(daemon::join).isInstanceOf(IllegalStateException.class);
                assertThat(daemon.isDone()).isFalse();
                scope.beginClose();
            });
        }
    }

    @Test
    void daemonsDoNotInheritTheBanOnWaiting() throws Exception {
        var forbidden = new AtomicBoolean(true);
        Suspension.forbid("a reader", () -> {
            // A scope may be opened anywhere; its threads are not the reader's.
            var scope = open(FailurePolicy.CANCEL_ALL);
            Thread.startVirtualThread(() -> {
                scope.fork("scopetest-daemon", () -> forbidden.set(Suspension.isForbidden()));
                scope.close();
            });
            while (!scope.isClosed()) {
                Thread.onSpinWait();
            }
        });
        leaks.assertNone();
        assertThat(forbidden).isFalse();
    }

    @Test
    void anEngineThatCannotBeOpenedMakesForksThrow() {
        var cause = new IllegalStateException("no engine");
        var scope = OwnedScope.open("scopetest", FailurePolicy.KEEP_GOING, (name, failures) -> {
            throw cause;
        });
        assertThatThrownBy(() -> scope.fork("scopetest-daemon", () -> { }))
                .isInstanceOf(IllegalStateException.class).hasCause(cause);
        scope.close();
        assertThat(scope.failure()).containsSame(cause);
    }
}
