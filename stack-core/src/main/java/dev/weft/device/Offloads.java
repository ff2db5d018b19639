package dev.weft.device;

/**
 * What a device does for its stack.
 *
 * @param checksum whether it takes and gives frames with {@link ChecksumMark#PARTIAL} transport checksums
 * @param maxSegmentBytes the largest TCP payload it cuts into segments itself; 0 when it cuts none
 */
public record Offloads(boolean checksum, int maxSegmentBytes) {

    /** Plain frames, complete checksums. */
    public static final Offloads NONE = new Offloads(false, 0);
}
