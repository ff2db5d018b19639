package dev.weft.examples.linux;

import dev.weft.tap.Tap;

/**
 * How a device may be set up: tests of what goes over it run in each of these ways. Of bulk that takes its time, the way that
 * is most used has the whole and the others a share.
 */
enum DeviceMode {

    OFFLOAD_1500(true, 1500),
    OFFLOAD_576(true, 576),
    OFFLOAD_9000(true, 9000),
    PLAIN_1500(false, 1500),
    PLAIN_576(false, 576),
    PLAIN_9000(false, 9000);

    private static final int SHARE = 5;

    private final boolean offload;
    private final int mtu;

    /** Whether large segments and partial checksums come and go. */
    boolean offload() {
        return offload;
    }

    DeviceMode(boolean offload, int mtu) {
        this.offload = offload;
        this.mtu = mtu;
    }

    /** The device, set up so. */
    Tap apply(Tap tap) {
        return tap.offload(offload).mtu(mtu);
    }

    /** How much of something is done in this mode. */
    int share(int whole) {
        return this == OFFLOAD_1500 ? whole : whole / SHARE;
    }
}
