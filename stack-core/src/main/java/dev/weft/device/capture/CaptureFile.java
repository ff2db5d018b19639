package dev.weft.device.capture;

import dev.weft.device.ChecksumMark;
import dev.weft.device.Frame;
import dev.weft.device.LinkType;
import dev.weft.device.OutFrame;
import dev.weft.device.SegmentCutter;
import dev.weft.resource.Counter;
import dev.weft.resource.Counters;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pcapng file that several threads append frames to. There are two buffers: frames are copied into one while the other is
 * written out, by whichever thread flushes first; the others go on. A frame for which there is no room is counted and not
 * written: that is the most that a slow file costs. An I/O error ends the capture, is logged once, and is nobody's exception.
 *
 * <p>A {@link FileOutputStream}, because the interrupt of a thread that writes would close a {@code FileChannel}.
 */
final class CaptureFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CaptureFile.class);
    private static final int BUFFER_BYTES = 1 << 20;

    private final Path path;
    private final LinkType linkType;
    private final FileOutputStream file;
    private final Counter captured;
    private final Counter missed;

    /** Held to copy a frame into the buffer and to swap buffers; never while the file is written. */
    private final ReentrantLock lock = new ReentrantLock();
    private byte[] filling = new byte[BUFFER_BYTES];                // guarded by lock
    private MemorySegment fillingSegment = MemorySegment.ofArray(filling);
    private byte[] other = new byte[BUFFER_BYTES];                  // guarded by lock; of the writer while writing is set
    private MemorySegment otherSegment = MemorySegment.ofArray(other);
    private final SegmentCutter cutter = new SegmentCutter();       // guarded by lock
    private int filled;                                             // guarded by lock
    private boolean writing;                                        // guarded by lock
    private boolean ended;                                          // guarded by lock: closed, or failed

    CaptureFile(Path path, LinkType linkType, String iface, Counters counters) throws IOException {
        this.path = path;
        this.linkType = linkType;
        captured = counters.counter("capture." + iface + ".captured");
        missed = counters.counter("capture." + iface + ".missed");
        file = new FileOutputStream(path.toFile());
        filled = Pcapng.writePreamble(fillingSegment, "Weft",
                linkType == LinkType.ETHERNET ? Pcapng.LINKTYPE_ETHERNET : Pcapng.LINKTYPE_RAW, iface);
        flush();
    }

    void add(OutFrame frame, long nanos) {
        lock.lock();
        try {
            if (hasRoomLocked(frame.length())) {
                frame.copyTo(fillingSegment, filled + Pcapng.PACKET_PREFIX);
                finishChecksumLocked(frame.checksum(), frame.length());
                filled = Pcapng.writePacket(fillingSegment, filled, frame.length(), nanos, Pcapng.OUTBOUND);
            }
        } finally {
            lock.unlock();
        }
    }

    void add(Frame frame, long nanos) {
        lock.lock();
        try {
            if (hasRoomLocked(frame.length())) {
                MemorySegment.copy(frame.segment(), frame.offset(), fillingSegment, filled + Pcapng.PACKET_PREFIX,
                        frame.length());
                finishChecksumLocked(frame.checksum(), frame.length());
                filled = Pcapng.writePacket(fillingSegment, filled, frame.length(), nanos, Pcapng.INBOUND);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is left to a device, or was left to us, is finished in the copy: who reads it looks at checksums. */
    private void finishChecksumLocked(ChecksumMark mark, int length) {
        assert lock.isHeldByCurrentThread();
        if (mark == ChecksumMark.PARTIAL) {
            cutter.finish(fillingSegment, filled + Pcapng.PACKET_PREFIX, length, linkType);
        }
    }

    private boolean hasRoomLocked(int length) {
        assert lock.isHeldByCurrentThread();
        boolean room = !ended && BUFFER_BYTES - filled >= Pcapng.packetBlockLength(length);
        (room ? captured : missed).increment();
        return room;
    }

    /** Writes what was added to the file, unless another thread is at it, which then writes that, too. */
    void flush() {
        int length = beginWriting();
        while (length > 0) {
            try {
                file.write(other, 0, length);
            } catch (IOException e) {
                fail(e);
                return;
            }
            length = nextToWrite();
        }
    }

    private int beginWriting() {
        lock.lock();
        try {
            if (writing || ended || filled == 0) {
                return 0;
            }
            writing = true;
            return swapLocked();
        } finally {
            lock.unlock();
        }
    }

    private int nextToWrite() {
        boolean close;
        lock.lock();
        try {
            if (filled > 0) {
                return swapLocked();
            }
            writing = false;
            close = ended;
        } finally {
            lock.unlock();
        }
        if (close) {
            closeFile();
        }
        return 0;
    }

    private int swapLocked() {
        assert lock.isHeldByCurrentThread();
        byte[] full = filling;
        MemorySegment fullSegment = fillingSegment;
        filling = other;
        fillingSegment = otherSegment;
        other = full;
        otherSegment = fullSegment;
        int length = filled;
        filled = 0;
        return length;
    }

    private void fail(IOException cause) {
        lock.lock();
        try {
            writing = false;
            ended = true;
            filled = 0;
        } finally {
            lock.unlock();
        }
        LOG.atWarn().addKeyValue("file", path).setCause(cause).log("the capture ends here: its file cannot be written");
        closeFile();
    }

    @Override
    public void close() {
        flush();
        boolean close;
        lock.lock();
        try {
            close = !ended && !writing;
            ended = true;
        } finally {
            lock.unlock();
        }
        if (close) {
            closeFile();
        }
    }

    private void closeFile() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.atWarn().addKeyValue("file", path).setCause(e).log("the file of the capture does not close");
        }
    }
}
