package dev.weft.device;

/**
 * What a device does for its stack. A device that takes such frames may also give them.
 *
 * @param checksum whether it takes frames with {@link ChecksumMark#PARTIAL} transport checksums
 * @param maxSegmentBytes the largest TCP payload in a frame that it cuts into segments itself, by the frame's
 *     {@code segmentSize}; 0 when it cuts none
 * @param maxDatagramBytes the same of UDP payload, which it cuts into datagrams; 0 when it cuts none
 */
public record Offloads(boolean checksum, int maxSegmentBytes, int maxDatagramBytes) {

    /** The largest payload that has room in an IP packet behind the longest headers (65,535 − 60 − 60 bytes). */
    public static final int LARGEST_PAYLOAD = 65_415;
    /** Plain frames, complete checksums. */
    public static final Offloads NONE = new Offloads(false, 0, 0);
    /** All there is. */
    public static final Offloads ALL = new Offloads(true, LARGEST_PAYLOAD, LARGEST_PAYLOAD);

    /** Checks the ranges. */
    public Offloads {
        if (maxSegmentBytes < 0 || maxDatagramBytes < 0 || !checksum && (maxSegmentBytes > 0 || maxDatagramBytes > 0)) {
            throw new IllegalArgumentException("no device cuts segments of " + maxSegmentBytes + " and datagrams of "
                    + maxDatagramBytes + " bytes" + (checksum ? "" : " without their checksums"));
        }
    }
}
