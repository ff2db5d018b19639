package dev.weft.tcp;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Looks at a socket's input where it lies, without a copy; see {@link TcpSocket#read(int, TcpConsumer)}. */
@FunctionalInterface
public interface TcpConsumer {

    /**
     * Takes what it wants of the bytes that are there. Called on the thread that reads, without locks. It may wait, and write to the
     * same socket or close it, but not read from it; while it runs the bytes stay in the receive buffer and the peer's window
     * does not open by them. The close of the stack waits until it has returned.
     *
     * @param bytes one run of bytes in this order, in one or more pieces, none of them empty. Read-only and borrowed: the memory is
     *     another connection's when this has returned, so whoever keeps bytes copies them
     * @return how many of them have been consumed, from the beginning: 0 to all. The others come again with the next read
     * @throws IOException whatever it has to say: the read throws it, and nothing is consumed
     */
    int consume(List<MemorySegment> bytes) throws IOException;
}
