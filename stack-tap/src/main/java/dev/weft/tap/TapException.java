package dev.weft.tap;

import java.io.IOException;
import java.io.Serial;

/** A TAP or TUN device cannot be opened or set up. The message says what happened, where, and what to do. */
public final class TapException extends IOException {

    @Serial
    private static final long serialVersionUID = 1;

    /** What stood in the way, for programs that go on by themselves. */
    public enum Reason {
        /** Not Linux, not a 64-bit machine, or JNA's native library cannot be loaded. */
        UNSUPPORTED,
        /** There is no {@code /dev/net/tun}: the module is not loaded, or the container does not have the node. */
        NO_TUN_NODE,
        /** The node may not be opened; its mode says who may, and a user namespace does not change that. */
        NODE_FORBIDDEN,
        /** The device does not exist and making one takes {@code CAP_NET_ADMIN} in the network namespace. */
        CREATION_FORBIDDEN,
        /** The device exists and belongs to another user. */
        ATTACH_FORBIDDEN,
        /** The device exists and another program is attached to it. */
        IN_USE,
        /** Something of that name exists and is not a device of the wanted kind. */
        WRONG_KIND,
        /** {@link Tap#existing()} was asked for, and there is no device of that name. */
        NO_SUCH_DEVICE,
        /** {@link Tap#fresh()} was asked for, and there is something of that name. */
        ALREADY_EXISTS,
        /** {@link Tap#namespace} was asked for, and it does not exist, is none, or may not be entered. */
        NAMESPACE,
        /** The kernel refused a setting: persistence, owner, MTU, MAC, address, link up. */
        SETTING_REFUSED,
        /** A system call failed in a way that none of the others explains. */
        SYSTEM
    }

    /** What stood in the way. */
    private final Reason reason;

    TapException(Reason reason, String message) {
        this(reason, message, null);
    }

    TapException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What stood in the way. */
    public Reason reason() {
        return reason;
    }
}
