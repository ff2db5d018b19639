package dev.weft.tcp.core;

import dev.weft.tcp.core.buffer.SendBuffer;
import dev.weft.tcp.core.buffer.TcpBuffers;
import dev.weft.tcp.core.counter.TcpEvent;

/**
 * How large the send buffer is. What the congestion window lets into the network stays in the buffer until it is
 * acknowledged, and with a loss a round trip longer: so there is room for two congestion windows, besides the first size, from
 * which the writer fills the next one meanwhile. Linux' rule is the same, but that here a window that has become small takes
 * its room back: no memory was set aside for it, and what was written stays until it is acknowledged.
 */
final class SendTuning {

    private final TcpConfig config;
    private final SendBuffer buffer;

    SendTuning(TcpConfig config, SendBuffer buffer) {
        this.config = config;
        this.buffer = buffer;
    }

    /** The congestion window may have changed. Does not grow while the memory of the stack is short. */
    void follow(int cwnd) {
        TcpBuffers sizes = config.buffers();
        if (!sizes.tunesSend()) {
            return;
        }
        boolean poor = config.memory().isUnderPressure();
        int size = poor ? sizes.send() : (int) Math.min(sizes.largestSend(), sizes.send() + 2L * cwnd);
        if (size > buffer.capacity()) {
            config.counters().count(TcpEvent.SEND_BUFFER_GROWN);
        }
        buffer.capacity(size);
    }
}
