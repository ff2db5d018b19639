package dev.weft.examples.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The body of a request, as a stream that ends where the body ends, whether its length was named or it comes in chunks
 * (RFC 9112 §7.1). What follows on the connection stays untouched.
 *
 * <p>A stream may only throw {@link IOException}; a chunk that is none is one, for the connection cannot go on.
 */
final class HttpBody extends InputStream {

    private static final int MAX_CHUNK_LINE = 256;
    private static final int MAX_CHUNK_DIGITS = 15;
    private static final int MAX_TRAILERS = 64;

    private final InputStream in;
    private final boolean chunked;
    private long left;
    private boolean ended;
    private boolean anyChunk;

    /**
     * A body that begins with the next byte of the connection.
     *
     * @param length its length in bytes, or {@link HttpRequest#CHUNKED}
     */
    HttpBody(InputStream in, long length) {
        this.in = in;
        this.chunked = length == HttpRequest.CHUNKED;
        this.left = chunked ? 0 : length;
        this.ended = length == 0;
    }

    /** Whether the body has been read to its end. */
    boolean ended() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!ended && left == 0) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int count = in.read(target, offset, (int) Math.min(length, left));
        if (count < 0) {
            throw new EOFException("the connection ended within a body");
        }
        left -= count;
        ended = left == 0 && !chunked;
        return count;
    }

    private void nextChunk() throws IOException {
        if (anyChunk && !line().isEmpty()) {
            throw new IOException("a chunk is longer than it said");
        }
        anyChunk = true;
        String line = line();
        int extension = line.indexOf(';');
        String size = (extension < 0 ? line : line.substring(0, extension)).strip();
        if (!size.matches("[0-9a-fA-F]{1," + MAX_CHUNK_DIGITS + "}")) {
            throw new IOException("a chunk begins with its size in hexadecimal, not with " + size);
        }
        left = Long.parseLong(size, 16);
        if (left == 0) {
            skipTrailers();
            ended = true;
        }
    }

    private void skipTrailers() throws IOException {
        for (int count = 0; !line().isEmpty(); count++) {
            if (count == MAX_TRAILERS) {
                throw new IOException("more than " + MAX_TRAILERS + " trailer fields");
            }
        }
    }

    private String line() throws IOException {
        String line;
        try {
            line = HttpLine.read(in, MAX_CHUNK_LINE);
        } catch (HttpException e) {
            throw new IOException("a chunk's line is longer than " + MAX_CHUNK_LINE + " bytes", e);
        }
        if (line == null) {
            throw new EOFException("the connection ended within a body");
        }
        return line;
    }
}
