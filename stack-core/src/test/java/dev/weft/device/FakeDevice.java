package dev.weft.device;

import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Signal;
import dev.weft.wire.MacAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A device without frames whose failures a test decides and whose waits it counts. */
public class FakeDevice implements NetDevice {

    /** How often a reader has begun to wait. */
    public final AtomicInteger waits = new AtomicInteger();
    /** How often somebody has woken the reader. */
    public final AtomicInteger wakeUps = new AtomicInteger();
    /** The deadline of the last wait. */
    public volatile long lastDeadline;
    /** What {@link #receive} throws from now on. */
    public volatile Throwable failure;
    /** What {@link #waitsInNativeCall} says. */
    public volatile boolean nativeWait;
    /** Whether it was closed. */
    public volatile boolean closed;

    private final Signal signal;

    /** A device whose waits are in {@code clock}'s time. */
    public FakeDevice(NanoClock clock) {
        signal = new Signal(clock);
    }

    /** The device fails with {@code cause}, an unchecked exception, an error or a {@link DeviceLostException}. */
    public void fail(Throwable cause) {
        failure = cause;
        signal.raise();
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public LinkType linkType() {
        return LinkType.ETHERNET;
    }

    @Override
    public int mtu() {
        return 1500;
    }

    @Override
    public Optional<MacAddress> address() {
        return Optional.empty();
    }

    @Override
    public Offloads offloads() {
        return Offloads.NONE;
    }

    @Override
    public int minimumFrame() {
        return 0;
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public void onLinkChange(LinkChange listener) {
    }

    @Override
    public int receive(FrameBatch batch) throws DeviceLostException {
        switch (failure) {
            case null -> {
            }
            case DeviceLostException lost -> throw lost;
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalArgumentException(failure);
        }
        return 0;
    }

    @Override
    public void awaitFrames(long deadline) {
        lastDeadline = deadline;
        waits.incrementAndGet();
        try {
            signal.awaitUntil(deadline);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean waitsInNativeCall() {
        return nativeWait;
    }

    @Override
    public void wakeUp() {
        wakeUps.incrementAndGet();
        signal.raise();
    }

    @Override
    public int transmit(OutFrame[] frames, int from, int to) {
        return to - from;
    }

    @Override
    public void close() {
        closed = true;
    }
}
