package dev.weft.device.capture;

import dev.weft.device.DelegatingDevice;
import dev.weft.device.DelegatingQueue;
import dev.weft.device.DeviceFactory;
import dev.weft.device.DeviceLostException;
import dev.weft.device.DeviceQueue;
import dev.weft.device.FrameBatch;
import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A device that writes every frame it carries to a pcapng file, which Wireshark and tshark read: with its direction and the
 * wall clock's time in nanoseconds. Received frames as the stack gets them, sent ones before the device gets them, whether
 * or not it takes them. With offloads that is a large segment in one piece, as Linux has it; checksums are finished in the file.
 *
 * <p>What was captured is handed to the operating system at the end of each batch, so that not even a kill loses it. The
 * file never hurts the traffic: when it cannot be written the capture ends with one line in the log, and when it is too slow
 * frames are missing. Counters: {@code capture.NAME.captured} and {@code capture.NAME.missed}.
 */
public final class CaptureDevice extends DelegatingDevice {

    private final NanoClock clock;
    private final CaptureFile file;
    private final List<DeviceQueue> queues;

    /**
     * Wraps {@code inner} and creates the file, or empties the one that is there.
     *
     * @param clock whose wall time stands in the file
     * @throws IOException when the file cannot be created; {@code inner} is left open
     */
    public CaptureDevice(NetDevice inner, Path path, NanoClock clock, Counters counters) throws IOException {
        super(inner);
        this.clock = clock;
        file = new CaptureFile(path, inner.linkType(), inner.name(), counters);
        queues = IntStream.range(0, inner.queues()).<DeviceQueue>mapToObj(i -> new CapturedQueue(inner.queue(i))).toList();
    }

    /** A description that captures what the device described by {@code inner} carries. */
    public static DeviceFactory around(DeviceFactory inner, Path path) {
        return (clock, counters) -> {
            NetDevice device = inner.open(clock, counters);
            try {
                return new CaptureDevice(device, path, clock, counters);
            } catch (IOException e) {
                device.close();
                throw e;
            }
        };
    }

    /** What is received on one of several queues stands in the same file. */
    private final class CapturedQueue extends DelegatingQueue {

        CapturedQueue(DeviceQueue inner) {
            super(inner);
        }

        @Override
        public int receive(FrameBatch batch) throws DeviceLostException {
            return capture(inner, batch);
        }
    }

    @Override
    public DeviceQueue queue(int index) {
        return queues.get(index);
    }

    @Override
    public int receive(FrameBatch batch) throws DeviceLostException {
        return capture(inner, batch);
    }

    private int capture(DeviceQueue from, FrameBatch batch) throws DeviceLostException {
        int before = batch.count();
        int count = from.receive(batch);
        if (count > 0) {
            long nanos = wallNanos();
            for (int i = before; i < batch.count(); i++) {
                file.add(batch.frame(i), nanos);
            }
            file.flush();
        }
        return count;
    }

    @Override
    public int transmit(OutFrame[] frames, int from, int to) {
        long nanos = wallNanos();
        for (int i = from; i < to; i++) {
            file.add(frames[i], nanos);
        }
        file.flush();
        return inner.transmit(frames, from, to);
    }

    @Override
    public void close() {
        super.close();
        file.close();
    }

    private long wallNanos() {
        Instant now = clock.wallTime();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }
}
