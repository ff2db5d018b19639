package dev.weft.tap;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/**
 * The calls of the C library that the devices need, bound by JNA's direct mapping with addresses as {@code long}: about
 * 300 ns a call, where {@code Pointer} or {@code Structure} arguments take 800 and make garbage.
 *
 * <p>A call returns −1 when it fails. JNA keeps the {@code errno} of the last call for each carrier thread, and
 * {@link #errno()} right after the call reads that: a virtual thread changes its carrier only where it parks, and nothing
 * parks between the two. No call throws for an {@code errno}; an empty queue ({@code EAGAIN}) is what each batch ends with.
 */
final class Libc {

    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    static final int AF_INET = 2;
    static final int AF_NETLINK = 16;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_RAW = 3;

    static final short POLLIN = 1;
    static final short POLLERR = 8;
    static final short POLLHUP = 16;
    static final short POLLNVAL = 32;

    private static final Throwable MISSING = register();

    private Libc() {
    }

    /** Binds the calls; returns why that cannot be done, or null. */
    private static Throwable register() {
        String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!system.startsWith("Linux") || !"64".equals(System.getProperty("sun.arch.data.model"))) {
            return new UnsupportedOperationException("this is " + system);
        }
        try {
            Native.register(Libc.class, NativeLibrary.getProcess());
            return null;
        } catch (LinkageError e) {
            return e;
        }
    }

    /** @throws TapException when the calls cannot be made on this system */
    static void require() throws TapException {
        if (MISSING != null) {
            throw new TapException(TapException.Reason.UNSUPPORTED,
                    "TAP devices need Linux on a 64-bit machine and JNA's native library (" + MISSING.getMessage()
                            + "); a cable in memory (dev.weft.device.memory.Cable) works everywhere", MISSING);
        }
    }

    /** The {@code errno} of this thread's last call, which has to have failed. */
    static int errno() {
        return Native.getLastError();
    }

    static native int open(long path, int flags);

    static native int close(int descriptor);

    static native long read(int descriptor, long buffer, long bytes);

    static native long write(int descriptor, long buffer, long bytes);

    static native long writev(int descriptor, long vectors, int count);

    static native int ioctl(int descriptor, long request, long argument);

    static native int ppoll(long descriptors, long count, long timeout, long signalMask);

    static native int setns(int descriptor, int type);

    static native int eventfd(int initial, int flags);

    static native int socket(int family, int type, int protocol);

    static native int bind(int descriptor, long address, int length);

    static native long recv(int descriptor, long buffer, long bytes, int flags);
}
