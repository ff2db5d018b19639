/**
 * Where the bytes of a stream lie until they are acknowledged or read.
 *
 * <p>{@code SendBuffer} and {@code ReceiveBuffer} are both {@code ChunkRing}s: stream positions map to chunks by division, so
 * bytes lie where they belong from the moment they come, whatever the order. What has come out of order is known to
 * {@code Reassembly}, a {@code RangeTree} of ranges with a bounded number of holes, searched in O(log n) whatever a hostile
 * peer sends. {@code Pieces} are ranges of chunks on their way to a device.
 *
 * <p><b>Ownership.</b> Chunks come from {@code TcpMemory}, shared by all connections and safe for all threads, and go back to
 * it once everything in them is done with; a buffer without bytes holds no chunk. Everything else here is guarded by the
 * lock of the connection's owner.
 */
package dev.weft.tcp.core.buffer;
