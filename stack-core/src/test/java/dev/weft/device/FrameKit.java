package dev.weft.device;

import dev.weft.runtime.NanoClock;
import dev.weft.wire.Bytes;
import dev.weft.wire.EthernetHeader;
import dev.weft.wire.MacAddress;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Frames for tests: sends byte arrays into a device and takes byte arrays out of it. */
public final class FrameKit implements AutoCloseable {

    private static final int LIMIT = 256;

    private final OutFramePool pool = new OutFramePool("test.frames", LIMIT);
    private final FrameBatch batch = new FrameBatch();

    /** A frame to send; short ones lie in the head, long ones also in a piece. */
    public OutFrame frame(byte[] bytes) {
        OutFrame frame = pool.tryAcquire();
        int inHead = Math.min(bytes.length, 64);
        MemorySegment source = MemorySegment.ofArray(bytes);
        int at = frame.append(inHead);
        MemorySegment.copy(source, 0, frame.head(), at, inHead);
        if (bytes.length > inHead) {
            MemorySegment rest = java.lang.foreign.Arena.ofAuto().allocate(bytes.length - inHead);
            MemorySegment.copy(source, inHead, rest, 0, bytes.length - inHead);
            frame.addPiece(rest, 0, bytes.length - inHead);
        }
        return frame;
    }

    /** Gives a frame back. */
    public void release(OutFrame frame) {
        pool.release(frame);
    }

    /** Sends one frame; whether the device took it. */
    public boolean send(NetDevice device, byte[] bytes) {
        OutFrame frame = frame(bytes);
        try {
            return device.transmit(frame.alone(), 0, 1) == 1;
        } finally {
            pool.release(frame);
        }
    }

    /** Everything that the device gives now, at time {@code now}. */
    public List<byte[]> receiveAll(NetDevice device, long now) {
        var frames = new ArrayList<byte[]>();
        while (true) {
            batch.begin(now);
            try {
                device.receive(batch);
            } catch (DeviceLostException e) {
                throw new AssertionError(e);
            }
            if (batch.count() == 0) {
                return frames;
            }
            for (int i = 0; i < batch.count(); i++) {
                frames.add(bytes(batch.frame(i)));
            }
        }
    }

    /** The same at the time of {@code clock}. */
    public List<byte[]> receiveAll(NetDevice device, NanoClock clock) {
        return receiveAll(device, clock.nanoTime());
    }

    /** A copy of a frame's window. */
    public static byte[] bytes(Frame frame) {
        return Bytes.toArray(frame.segment(), frame.offset(), frame.length());
    }

    /** An Ethernet frame whose payload is {@code payload}. */
    public static byte[] ethernet(MacAddress destination, MacAddress source, int typeOrLength, byte... payload) {
        byte[] bytes = new byte[EthernetHeader.LENGTH + payload.length];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        EthernetHeader.write(segment, 0, destination.bits(), source.bits(), typeOrLength);
        System.arraycopy(payload, 0, bytes, EthernetHeader.LENGTH, payload.length);
        return bytes;
    }

    @Override
    public void close() {
        pool.close();
    }
}
