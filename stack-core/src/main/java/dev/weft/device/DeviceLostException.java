package dev.weft.device;

import java.io.IOException;
import java.io.Serial;

/** The device is gone for good: deleted while it ran, or its native calls fail. It ends the stack that runs on it. */
public final class DeviceLostException extends IOException {

    @Serial
    private static final long serialVersionUID = 1;

    /** @param message says which device, what happened and what to do */
    public DeviceLostException(String message) {
        super(message);
    }

    /** @param message says which device, what happened and what to do */
    public DeviceLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
