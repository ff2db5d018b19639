package dev.weft.tap;

import dev.weft.runtime.Threads;
import dev.weft.tap.TapException.Reason;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/**
 * Opens a device in another network namespace than the caller's (setns(2)). A namespace belongs to threads, and devices and
 * sockets to that of the thread that made them: so a platform thread of its own enters, opens and ends.
 */
final class OtherNamespace {

    private static final int CLONE_NEWNET = 0x4000_0000;

    /** What is to be done there. */
    @FunctionalInterface
    interface Opening {
        TapDevice open() throws TapException;
    }

    private final Path file;
    private final String device;
    private TapDevice opened;
    private Throwable failure;

    private OtherNamespace(Path file, String device) {
        this.file = file;
        this.device = device;
    }

    /** Runs {@code opening} in the namespace that {@code file} stands for and returns what it opened. */
    static TapDevice open(Path file, String device, Opening opening) throws TapException {
        var there = new OtherNamespace(file, device);
        Thread thread = Threads.platform("tap-open-" + device, () -> there.run(opening));
        thread.start();
        join(thread);
        switch (there.failure) {
            case null -> {
                return there.opened;
            }
            case TapException known -> throw known;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            default -> throw new IllegalStateException(there.failure);
        }
    }

    private void run(Opening opening) {
        try {
            enter();
            opened = opening.open();
        } catch (Throwable t) {
            failure = t;
        }
    }

    private void enter() throws TapException {
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            descriptor = Libc.open(arena.allocateFrom(file.toString()).address(), Libc.O_CLOEXEC);
        }
        if (descriptor < 0) {
            throw refused("there is no opening the network namespace " + file, Libc.errno());
        }
        int errno = Libc.setns(descriptor, CLONE_NEWNET) < 0 ? Libc.errno() : 0;
        Libc.close(descriptor);
        if (errno != 0) {
            throw refused("there is no entering the network namespace " + file, errno);
        }
    }

    private TapException refused(String what, int errno) {
        String cure = switch (errno) {
            case Errno.ENOENT -> ": a name of `ip netns` stands for /run/netns/NAME, a process for /proc/PID/ns/net";
            case Errno.EINVAL -> ": it is no network namespace";
            case Errno.EPERM, Errno.EACCES -> ", which takes CAP_SYS_ADMIN: run it as root, or in the user namespace that"
                    + " the network namespace belongs to";
            default -> "";
        };
        return new TapException(Reason.NAMESPACE, what + " for " + device + " (" + Errno.name(errno) + ")" + cure);
    }

    /** Waits for the thread, which ends soon whatever happens; an interrupt stays set. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
