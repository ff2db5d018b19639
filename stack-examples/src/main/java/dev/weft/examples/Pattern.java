package dev.weft.examples;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** The bytes that tests and measurements ask for: byte i of a stream is i mod 251, a prime, so that no shift fits. */
public final class Pattern {

    private static final int PERIOD = 251;
    private static final byte[] BLOCK = new byte[PERIOD * 256];

    static {
        for (int i = 0; i < BLOCK.length; i++) {
            BLOCK[i] = at(i);
        }
    }

    private Pattern() {
    }

    /** The byte at a position of the stream. */
    public static byte at(long position) {
        return (byte) (position % PERIOD);
    }

    /** Writes the first {@code length} bytes of the pattern. */
    public static void write(OutputStream out, long length) throws IOException {
        for (long left = length; left > 0; left -= BLOCK.length) {
            out.write(BLOCK, 0, (int) Math.min(left, BLOCK.length));
        }
    }

    /** The first of {@code length} bytes that is not the pattern's from {@code position} on, or −1. */
    public static int mismatch(byte[] bytes, int length, long position) {
        int done = 0;
        while (done < length) {
            int from = (int) ((position + done) % PERIOD);
            int n = Math.min(length - done, BLOCK.length - from);
            int found = Arrays.mismatch(bytes, done, done + n, BLOCK, from, from + n);
            if (found >= 0) {
                return done + found;
            }
            done += n;
        }
        return -1;
    }
}
