package dev.weft.examples.linux;

import dev.weft.examples.Pattern;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** What a stream carried, in a form to compare: how many bytes, and their SHA-256. */
record Hash(long length, String sha256) {

    private static final int BUFFER = 64 * 1024;

    /** All that {@code in} has up to its end. */
    static Hash of(InputStream in) throws IOException {
        return of(in, Long.MAX_VALUE);
    }

    /** The next {@code limit} bytes of {@code in}, fewer where it ends earlier. */
    static Hash of(InputStream in, long limit) throws IOException {
        MessageDigest digest = sha256Digest();
        byte[] buffer = new byte[BUFFER];
        long length = 0;
        int count;
        while (length < limit && (count = in.read(buffer, 0, (int) Math.min(BUFFER, limit - length))) >= 0) {
            digest.update(buffer, 0, count);
            length += count;
        }
        return new Hash(length, HexFormat.of().formatHex(digest.digest()));
    }

    /** The first {@code length} bytes of the pattern. */
    static Hash ofPattern(long length) throws IOException {
        MessageDigest digest = sha256Digest();
        Pattern.write(new DigestOutputStream(OutputStream.nullOutputStream(), digest), length);
        return new Hash(length, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256Digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has it", e);
        }
    }
}
