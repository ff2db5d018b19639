package dev.weft.device;

/** Who takes the received frames of a link or of a protocol on it. Runs on the reader: must not block. */
@FunctionalInterface
public interface FrameHandler {

    /**
     * Handles one frame.
     *
     * @param frame borrowed: its bytes are valid until this method returns; who keeps any of them copies them
     */
    void handle(Frame frame);
}
