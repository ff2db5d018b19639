package dev.weft.device;

/** Who is told when a link goes up or down. */
@FunctionalInterface
public interface LinkChange {

    /** Runs on the reader: must not block. */
    void linkChanged(boolean up);
}
