package dev.weft.tap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Requests by rtnetlink(7): what the kernel lets the owner of a user namespace set that way, and by an ioctl only root.
 *
 * <pre>
 *   struct nlmsghdr   0 length (4) | 4 type (2) | 6 flags (2) | 8 sequence (4) | 12 port (4)
 *   struct ifinfomsg 16 family (1), padding (1), type (2) | 20 index (4) | 24 flags (4) | 28 change (4)
 *   struct rtattr    32 length (2) | 34 type (2) | 36 value (4)
 * </pre>
 */
final class RouteNetlink {

    /** Memory that a request needs: the message, and the answer, which quotes its header. */
    static final int SCRATCH_BYTES = 128;

    private static final int NETLINK_ROUTE = 0;
    private static final short NLMSG_ERROR = 2;
    private static final short RTM_NEWLINK = 16;
    private static final short NLM_F_REQUEST = 1;
    private static final short NLM_F_ACK = 4;
    private static final short IFLA_TXQLEN = 13;
    private static final int HEADER_BYTES = 16;
    private static final int MESSAGE_BYTES = 40;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT;

    private RouteNetlink() {
    }

    /**
     * Sets how many frames wait in the queue of an interface of the calling thread's namespace; a TAP makes its own queue as
     * long as that at once.
     *
     * @param scratch {@link #SCRATCH_BYTES} bytes
     * @return an errno
     */
    static int queueLength(int index, int frames, MemorySegment scratch) {
        int socket = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.O_NONBLOCK | Libc.O_CLOEXEC, NETLINK_ROUTE);
        if (socket < 0) {
            return Libc.errno();
        }
        try {
            scratch.asSlice(0, MESSAGE_BYTES).fill((byte) 0);
            scratch.set(U32, 0, MESSAGE_BYTES);
            scratch.set(U16, 4, RTM_NEWLINK);
            scratch.set(U16, 6, (short) (NLM_F_REQUEST | NLM_F_ACK));
            scratch.set(U32, 20, index);
            scratch.set(U16, 32, (short) (MESSAGE_BYTES - 32));
            scratch.set(U16, 34, IFLA_TXQLEN);
            scratch.set(U32, 36, frames);
            // The kernel carries the request out, and has its answer ready, before the write returns.
            if (Libc.write(socket, scratch.address(), MESSAGE_BYTES) < 0) {
                return Libc.errno();
            }
            long length = Libc.recv(socket, scratch.address(), SCRATCH_BYTES, 0);
            if (length < 0) {
                return Libc.errno();
            }
            boolean answered = length >= HEADER_BYTES + Integer.BYTES && scratch.get(U16, 4) == NLMSG_ERROR;
            return answered ? -scratch.get(U32, HEADER_BYTES) : Errno.EIO;
        } finally {
            Libc.close(socket);
        }
    }
}
