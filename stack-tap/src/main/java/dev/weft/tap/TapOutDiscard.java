package dev.weft.tap;

/** Why a frame that was given to a TAP or TUN device did not reach the kernel; counters {@code tap.out.…}. */
enum TapOutDiscard {
    /** {@code EIO}: the interface is down. A wire that is not plugged in drops as well. */
    LINK_DOWN,
    /** The device was deleted ({@code EBADFD}) or is closed. */
    LOST,
    /**
     * {@code EINVAL} and others: the kernel did not take the frame, such as one shorter than an Ethernet header. Also one whose
     * marks its bytes do not allow.
     */
    REFUSED
}
