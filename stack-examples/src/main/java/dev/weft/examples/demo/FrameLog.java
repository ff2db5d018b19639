package dev.weft.examples.demo;

import dev.weft.device.DelegatingDevice;
import dev.weft.device.DelegatingQueue;
import dev.weft.device.DeviceFactory;
import dev.weft.device.DeviceLostException;
import dev.weft.device.DeviceQueue;
import dev.weft.device.Frame;
import dev.weft.device.FrameBatch;
import dev.weft.device.LinkType;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A device around another one that remembers the frames which pass, in words, until somebody wants to see them.
 *
 * <p>It keeps the first of them only, so that a transfer of many does not grow it.
 */
public final class FrameLog implements DeviceFactory {

    private static final int MOST_LINES = 20;

    private final DeviceFactory inner;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<String> lines = new ArrayList<>(); // guarded by lock
    private long passed; // guarded by lock

    /** Describes a device around the one that {@code inner} describes. */
    public FrameLog(DeviceFactory inner) {
        this.inner = inner;
    }

    /** Shows what has passed since the last call: {@code <} came in, {@code >} went out. */
    public void show(PrintStream out) {
        List<String> shown;
        long more;
        lock.lock();
        try {
            shown = List.copyOf(lines);
            more = passed - lines.size();
            lines.clear();
            passed = 0;
        } finally {
            lock.unlock();
        }
        shown.forEach(line -> out.println("    " + line));
        if (more > 0) {
            out.println("    ... and " + more + " more");
        }
    }

    @Override
    public NetDevice open(NanoClock clock, Counters counters) throws IOException {
        return new Device(inner.open(clock, counters));
    }

    private void add(char direction, MemorySegment frame, LinkType linkType) {
        lock.lock();
        try {
            passed++;
            if (lines.size() < MOST_LINES) {
                lines.add(direction + " " + FrameText.describe(frame, linkType));
            }
        } finally {
            lock.unlock();
        }
    }

    private final class Device extends DelegatingDevice {

        Device(NetDevice inner) {
            super(inner);
        }

        @Override
        public DeviceQueue queue(int index) {
            return new DelegatingQueue(inner.queue(index)) {
                @Override
                public int receive(FrameBatch batch) throws DeviceLostException {
                    int before = batch.count();
                    int received = inner.receive(batch);
                    for (int i = before; i < batch.count(); i++) {
                        Frame frame = batch.frame(i);
                        add('<', frame.segment().asSlice(frame.offset(), frame.length()), linkType());
                    }
                    return received;
                }
            };
        }

        @Override
        public int transmit(OutFrame[] frames, int from, int to) {
            // Before they leave, or an answer might be noted first. One that a full queue refuses is noted once more.
            for (int i = from; i < to; i++) {
                MemorySegment copy = MemorySegment.ofArray(new byte[frames[i].length()]);
                frames[i].copyTo(copy, 0);
                add('>', copy, linkType());
            }
            return inner.transmit(frames, from, to);
        }
    }
}
