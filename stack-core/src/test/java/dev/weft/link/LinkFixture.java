package dev.weft.link;

import dev.weft.device.memory.Cable;
import dev.weft.device.FrameKit;
import dev.weft.device.memory.MemoryLinkOptions;
import dev.weft.resource.Counters;
import dev.weft.runtime.DaemonScope;
import dev.weft.runtime.FailurePolicy;
import dev.weft.runtime.NanoClock;
import dev.weft.wire.MacAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An Ethernet link on one end of a cable, whose other end a test holds in its hand. */
final class LinkFixture implements AutoCloseable {

    static final MacAddress OWN = MacAddress.of("02:00:00:00:00:01");
    static final MacAddress PEER = MacAddress.of("02:00:00:00:00:02");
    static final int PATIENCE_SECONDS = 20;

    final Counters counters = new Counters();
    final NanoClock clock = NanoClock.system();
    final Cable cable;
    final EthernetLink link;
    final FrameKit kit = new FrameKit();
    final DaemonScope scope = DaemonScope.open("test-link", FailurePolicy.CANCEL_ALL);
    final BlockingQueue<byte[]> handled = new LinkedBlockingQueue<>();

    LinkFixture() {
        this(MemoryLinkOptions.defaults());
    }

    LinkFixture(MemoryLinkOptions options) {
        cable = new Cable(options);
        link = new EthernetLink("eth0", cable.left(), OWN, clock, counters);
    }

    LinkFixture start() {
        link.start(scope, ReaderMode.PLATFORM);
        return this;
    }

    void send(byte[] frame) {
        kit.send(cable.right(), frame);
    }

    byte[] nextHandled() throws InterruptedException {
        byte[] bytes = handled.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (bytes == null) {
            throw new AssertionError("nothing was handled in " + PATIENCE_SECONDS + " s; counters:\n" + counters);
        }
        return bytes;
    }

    @Override
    public void close() {
        link.close();
        cable.right().close();
        kit.close();
        scope.close();
    }
}
