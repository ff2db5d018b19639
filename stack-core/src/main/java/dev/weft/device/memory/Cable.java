package dev.weft.device.memory;

import dev.weft.device.NetDevice;
import dev.weft.device.OutFrame;
import dev.weft.resource.Counters;
import dev.weft.runtime.NanoClock;
import java.time.Duration;

/**
 * A cable in memory with two ends: what is sent into one comes out of the other, whole, once and in order, after the
 * cable's delay. No root, no kernel.
 *
 * <pre>{@code
 * var cable = new Cable();
 * var a = StackConfig.create().link("eth0", cable.left(), link -> link.address("10.0.0.1/24"));
 * var b = StackConfig.create().link("eth0", cable.right(), link -> link.address("10.0.0.2/24"));
 * }</pre>
 *
 * <p>Each direction holds a bounded number of frames and bytes, the travelling ones included; what does not fit is not
 * taken, which {@code transmit} says and the cable counts. Pulling the plug ({@link #setUp}) or closing one end takes the
 * link down at both; frames that travel already arrive.
 *
 * <p>An end is closed by who opened it, the stack on it for instance; each end holds the memory of what it receives.
 */
public final class Cable {

    private final Counters counters = new Counters();
    private final NanoClock clock;
    private final Duration delay;
    private final End left;
    private final End right;
    private volatile boolean plugged = true;

    /** An Ethernet cable with {@link MemoryLinkOptions#defaults()}. */
    public Cable() {
        this(MemoryLinkOptions.defaults());
    }

    /** A cable that is up. Its ends are named {@code name.left} and {@code name.right}. */
    public Cable(MemoryLinkOptions options) {
        clock = options.clock();
        delay = options.delay();
        left = new End("left", options);
        right = new End("right", options);
        left.other = right;
        right.other = left;
    }

    /** One end. */
    public NetDevice left() {
        return left;
    }

    /** The other end. */
    public NetDevice right() {
        return right;
    }

    /** What was dropped at each end's sending side: {@code cable.left.full}, for instance; see {@link DeviceDrop}. */
    public Counters counters() {
        return counters;
    }

    /** Plugs the cable in or pulls it out; both ends' stacks hear of it on their readers. Any thread. */
    public void setUp(boolean up) {
        plugged = up;
        left.linkHasChanged();
        right.linkHasChanged();
    }

    private final class End extends QueueDevice {

        private End other;

        private End(String side, MemoryLinkOptions options) {
            super(options.name() + "." + side, options, counters);
        }

        @Override
        public boolean isUp() {
            return plugged && !isClosed() && !other.isClosed();
        }

        @Override
        public int transmit(OutFrame[] frames, int from, int to) {
            boolean up = isUp();
            long due = delay.isZero() ? 0 : NanoClock.deadline(clock.nanoTime(), delay);
            for (int i = from; i < to; i++) {
                if (!up) {
                    drop(DeviceDrop.DOWN);
                } else if (isTooLong(frames[i])) {
                    drop(DeviceDrop.TOO_LONG);
                } else if (!other.incoming().offer(frames[i], due)) {
                    drop(DeviceDrop.FULL);
                    return i - from;
                }
            }
            return to - from;
        }

        @Override
        void closedByOwner() {
            other.linkHasChanged();
        }
    }
}
