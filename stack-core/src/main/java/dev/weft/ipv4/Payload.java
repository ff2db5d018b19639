package dev.weft.ipv4;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The payload of a received packet, as {@link PayloadHandler} gets it. */
public sealed interface Payload {

    /** Bytes there are. */
    int length();

    /** The bytes in an array of the caller's own: copied from a slice, the very array otherwise. */
    byte[] toBytes();

    /**
     * It came in one packet and lies in the device's memory.
     *
     * @param bytes exactly the payload, read-only; borrowed: valid until the handler returns
     */
    record Slice(MemorySegment bytes) implements Payload {

        @Override
        public int length() {
            return (int) bytes.byteSize();
        }

        @Override
        public byte[] toBytes() {
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * It came in fragments.
     *
     * @param bytes the whole payload; it belongs to the handler
     */
    record Reassembled(byte[] bytes) implements Payload {

        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        public byte[] toBytes() {
            return bytes;
        }
    }
}
