package dev.weft.device;

import dev.weft.resource.LentMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A device for tests that makes a kept frame fail (D3): each received frame gets memory of its own, and the next
 * {@link #receive} closes it, unless somebody keeps it who says so ({@link Frame#lent}). Whoever reads a slice that it should have copied gets an {@link IllegalStateException}
 * instead of another frame's bytes. Costs some 30 µs a frame.
 */
public final class ParanoidDevice extends DelegatingDevice {

    private final List<LentMemory> lent = new ArrayList<>();    // the reader's, then the closer's
    private final FrameBatch received = new FrameBatch();

    /** Wraps {@code inner}. */
    public ParanoidDevice(NetDevice inner) {
        super(inner);
    }

    @Override
    public int receive(FrameBatch batch) throws DeviceLostException {
        takeBack();
        int room = batch.capacity() - batch.count();
        if (room < received.capacity()) {
            throw new IllegalArgumentException("a batch with room for " + received.capacity() + " frames is needed, not " + room);
        }
        received.begin(batch.now());
        int count = inner.receive(received);
        for (int i = 0; i < count; i++) {
            Frame frame = received.frame(i);
            var copy = new LentMemory("device." + name() + ".paranoid", Math.max(1, frame.length()));
            lent.add(copy);
            MemorySegment.copy(frame.segment(), frame.offset(), copy.segment(), 0, frame.length());
            Frame own = batch.add(copy.segment(), 0, frame.length());
            own.mark(frame.checksum(), frame.segmentSize());
            own.lend(copy);
        }
        return count;
    }

    @Override
    public void close() {
        super.close();
        takeBack();
    }

    private void takeBack() {
        lent.forEach(LentMemory::close);
        lent.clear();
    }
}
