package dev.weft.udp;

import dev.weft.resource.Counters;
import dev.weft.runtime.LeakCheck;
import dev.weft.runtime.Randomness;
import dev.weft.runtime.VirtualClock;
import dev.weft.wire.IpAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** UDP over an IP layer that the test holds in its hand, and a clock that stands still. */
final class UdpFixture implements AutoCloseable {

    static final int PATIENCE = 20;
    static final byte[] HELLO = {'h', 'e', 'l', 'l', 'o'};

    final LeakCheck leaks = LeakCheck.begin("udp-user");
    final FakeIp ip = new FakeIp();
    final VirtualClock clock = new VirtualClock();
    final Counters counters = new Counters();
    final Udp udp = new Udp(ip, clock, Randomness.seeded(1), counters, UdpSettings.defaults());

    static InetSocketAddress at(IpAddress address, int port) {
        return new InetSocketAddress(address.toInetAddress(), port);
    }

    static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        Randomness.seeded(seed).nextBytes(bytes);
        return bytes;
    }

    /** Delivers {@link #HELLO} from port 5000 of the peer. */
    void hello(int toPort) {
        ip.deliver(FakeIp.PEER, 5000, FakeIp.OWN, toPort, HELLO);
    }

    long discarded(UdpDiscard why) {
        return counters.value("udp.in." + why.name().toLowerCase(Locale.ROOT));
    }

    /** Runs something that may suspend on a virtual thread. */
    static <T> CompletableFuture<T> start(Callable<T> body) {
        var future = new CompletableFuture<T>();
        Thread.ofVirtual().name("udp-user").start(() -> {
            try {
                future.complete(body.call());
            } catch (Throwable t) {
                future.completeExceptionally(t);
            }
        });
        return future;
    }

    /** Its result; what it threw is thrown here. */
    static <T> T get(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        udp.close();
        ip.close();
        leaks.assertNone();
    }
}
