package dev.weft.tap;

import static org.assertj.core.api.Assertions.fail;

import dev.weft.device.DeviceLostException;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.tap.testing.NetNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The test's side of a device: its reader, and frames as arrays of bytes. */
final class FrameTap implements AutoCloseable {

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    final Counters counters = new Counters();
    final NetDevice device;
    private final NanoClock clock = NanoClock.system();
    private final FrameBatch batch = new FrameBatch();
    /** The frame of the batch that has not been looked at yet. */
    private int next;
    private final Arena arena = Arena.ofShared();

    private FrameTap(NetNamespace namespace, Tap tap) {
        device = namespace.call(() -> tap.open(clock, counters));
    }

    static FrameTap open(NetNamespace namespace, Tap tap) {
        return new FrameTap(namespace, tap);
    }

    /** The first thing but null that {@code look} makes of a received frame; those before it are dropped. */
    <T> T await(Function<byte[], T> look) throws DeviceLostException {
        long deadline = clock.nanoTime() + PATIENCE_NANOS;
        while (clock.nanoTime() < deadline) {
            while (next < batch.count()) {
                T found = look.apply(bytes(batch.frame(next++)));
                if (found != null) {
                    return found;
                }
            }
            batch.begin(clock.nanoTime());
            next = 0;
            if (device.receive(batch) == 0) {
                device.awaitFrames(deadline);
            }
        }
        return fail("the frame that was waited for did not come");
    }

    /** Runs the reader until {@code done} says so. */
    void readUntil(BooleanSupplier done) throws DeviceLostException {
        long deadline = clock.nanoTime() + PATIENCE_NANOS;
        while (!done.getAsBoolean()) {
            if (clock.nanoTime() > deadline) {
                fail("what was waited for did not happen");
            }
            batch.begin(clock.nanoTime());
            next = 0;
            if (device.receive(batch) == 0) {
                device.awaitFrames(clock.nanoTime() + 50_000_000);
            }
        }
    }

    /** Sends bytes, {@code inHead} of them in the head and the rest in two pieces. */
    int send(byte[] bytes, int inHead) {
        return device.transmit(new OutFrame[] {frame(bytes, inHead)}, 0, 1);
    }

    int send(byte[] bytes) {
        return send(bytes, Math.min(bytes.length, 1500));
    }

    OutFrame frame(byte[] bytes, int inHead) {
        var frame = new OutFrame(arena.allocate(OutFrame.HEAD_BYTES));
        MemorySegment.copy(bytes, 0, frame.head(), ValueLayout.JAVA_BYTE, frame.append(inHead), inHead);
        int rest = bytes.length - inHead;
        if (rest > 0) {
            MemorySegment payload = arena.allocate(rest + 7);
            MemorySegment.copy(bytes, inHead, payload, ValueLayout.JAVA_BYTE, 7, rest);
            int first = rest / 2;
            frame.addPiece(payload, 7, first);
            frame.addPiece(payload, 7 + first, rest - first);
        }
        return frame;
    }

    private static byte[] bytes(Frame frame) {
        return frame.segment().asSlice(frame.offset(), frame.length()).toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        device.close();
        arena.close();
    }
}
