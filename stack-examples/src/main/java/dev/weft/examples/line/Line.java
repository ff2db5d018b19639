package dev.weft.examples.line;

import dev.weft.device.DeviceFactory;
import dev.weft.device.DeviceLostException;
import dev.weft.device.NetDevice;
import dev.weft.device.memory.ImpairedDevice;
import dev.weft.device.memory.Impairment;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Randomness;
import java.io.IOException;

/**
 * Two devices that are joined: what comes out of one goes into the other, and suffers what its direction does to it. Each
 * direction has a thread; it runs until it is closed or a device is gone.
 */
public final class Line implements AutoCloseable {

    private final Counters countersA = new Counters();
    private final Counters countersB = new Counters();
    private final long seed;
    private final ImpairedDevice a;
    private final ImpairedDevice b;
    private final LinePump fromA;
    private final LinePump fromB;
    private final long begun = System.nanoTime();

    /**
     * Opens both devices and joins them.
     *
     * @param impairA what happens to frames that come out of {@code first}
     * @param impairB what happens to frames that come out of {@code second}
     * @param seed decides all chances
     * @throws IOException when a device cannot be opened; none is open then
     */
    public Line(DeviceFactory first, DeviceFactory second, Impairment impairA, Impairment impairB, long seed)
            throws IOException {
        this.seed = seed;
        NanoClock clock = NanoClock.system();
        NetDevice rawA = first.open(clock, countersA);
        NetDevice rawB;
        try {
            rawB = second.open(clock, countersB);
        } catch (IOException | RuntimeException | Error e) {
            rawA.close();
            throw e;
        }
        Randomness seeds = Randomness.seeded(seed);
        a = new ImpairedDevice(rawA, impairA, Impairment.NONE, seeds.nextLong(), clock, countersA);
        b = new ImpairedDevice(rawB, impairB, Impairment.NONE, seeds.nextLong(), clock, countersB);
        // A frame is impaired where it comes out of its device, and goes straight into the other.
        fromA = new LinePump(a, rawB, clock, this::stop);
        fromB = new LinePump(b, rawA, clock, this::stop);
        fromA.start();
        fromB.start();
    }

    /**
     * Waits until it is closed.
     *
     * @throws DeviceLostException when one of the devices is gone
     */
    public void join() throws InterruptedException, DeviceLostException {
        fromA.join();
        fromB.join();
    }

    private void stop() {
        fromA.stop();
        fromB.stop();
    }

    /** Carries nothing more and closes both devices; idempotent. What is still on its way is lost. */
    @Override
    public void close() {
        stop();
        fromA.awaitEnd();
        fromB.awaitEnd();
        a.close();
        b.close();
    }

    /** What has happened so far, as a JSON object on one line; exact once it is closed. */
    public String report() {
        return "{\"seed\":" + seed + ",\"seconds\":" + (System.nanoTime() - begun) / 1_000_000_000
                + ",\"from_a\":" + LineReport.of(a.name(), countersA, countersB, a.receivedReport()).json()
                + ",\"from_b\":" + LineReport.of(b.name(), countersB, countersA, b.receivedReport()).json() + "}";
    }
}
