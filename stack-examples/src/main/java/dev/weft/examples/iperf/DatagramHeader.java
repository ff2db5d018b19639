package dev.weft.examples.iperf;

import java.nio.ByteBuffer;

/**
 * What each datagram of a test begins with: when it was sent, on the sender's clock, and its number, from 1 on.
 * <pre>
 *  0         4              8        12 (or 16)
 *  ├ seconds ┼ microseconds ┼ number ┤ filling
 * </pre>
 */
final class DatagramHeader {

    private static final int NUMBER = 8;

    private DatagramHeader() {
    }

    /** Its length. */
    static int bytes(boolean wide) {
        return NUMBER + (wide ? Long.BYTES : Integer.BYTES);
    }

    static void put(ByteBuffer datagram, long nanos, long number, boolean wide) {
        datagram.putInt(0, (int) (nanos / 1_000_000_000L)).putInt(4, (int) (nanos / 1000 % 1_000_000));
        if (wide) {
            datagram.putLong(NUMBER, number);
        } else {
            datagram.putInt(NUMBER, (int) number);
        }
    }

    /** When it was sent, in nanoseconds of the sender's clock. */
    static long sentAt(ByteBuffer datagram) {
        return Integer.toUnsignedLong(datagram.getInt(0)) * 1_000_000_000L + Integer.toUnsignedLong(datagram.getInt(4)) * 1000;
    }

    static long number(ByteBuffer datagram, boolean wide) {
        return wide ? datagram.getLong(NUMBER) : Integer.toUnsignedLong(datagram.getInt(NUMBER));
    }
}
