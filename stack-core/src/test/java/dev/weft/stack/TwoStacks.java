package dev.weft.stack;

import dev.weft.NetworkStack;
import dev.weft.StackConfig;
import dev.weft.device.NetDevice;
import dev.weft.device.memory.Cable;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** Two stacks on a cable in memory, in real time: 10.0.0.1 and 10.0.0.2. */
public final class TwoStacks implements AutoCloseable {

    public static final String LEFT = "10.0.0.1";
    public static final String RIGHT = "10.0.0.2";

    public final NetworkStack left;
    public final NetworkStack right;

    public TwoStacks() throws IOException {
        this(UnaryOperator.identity());
    }

    /** @param change what is different from the defaults, for both */
    public TwoStacks(UnaryOperator<StackConfig> change) throws IOException {
        this(new Cable(), change);
    }

    public TwoStacks(Cable cable, UnaryOperator<StackConfig> change) throws IOException {
        left = NetworkStack.open(change.apply(config("left", cable.left(), LEFT)));
        try {
            right = NetworkStack.open(change.apply(config("right", cable.right(), RIGHT)));
        } catch (Throwable t) {
            left.close();
            throw t;
        }
    }

    private static StackConfig config(String name, NetDevice device, String address) {
        return StackConfig.create().name(name)
                .link("eth0", (clock, counters) -> device, link -> link.address(address + "/24"));
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
