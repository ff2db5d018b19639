/**
 * Network devices: where frames come from and go to. A {@link dev.weft.device.NetDevice} is a TAP ({@code dev.weft.tap}), one
 * end of a cable or a port of a switch in memory ({@link dev.weft.device.memory}), or a device that wraps another one and sees
 * or changes what passes ({@link dev.weft.device.capture}, {@link dev.weft.device.memory.ImpairedDevice}). A stack cannot tell
 * which; whatever is to be done to frames for a test or a trace is done by wrapping, never by a flag in a layer.
 *
 * <h2>Who calls what</h2>
 * A device has one reader and any number of senders.
 * <pre>{@code
 *             one reader                                   any thread
 *  receive ─▶ FrameBatch of up to 64 Frames      OutFrame[] ─▶ transmit
 *  awaitFrames(deadline)                         wakeUp, isUp, mtu …
 * }</pre>
 * {@code receive} never blocks and {@code awaitFrames} is the only place where a reader waits. {@code transmit} never parks and
 * never delivers: that what a frame causes happens on the reader of whoever receives it is what keeps two stacks on one cable
 * from calling into each other with locks held.
 *
 * <h2>Who owns the bytes</h2>
 * All of them are native memory that stands in the ledger of {@link dev.weft.resource.OffHeap}.
 * <ul>
 * <li>A received {@link dev.weft.device.Frame} is <em>borrowed</em>: its bytes are the device's and valid until the handler
 *     returns. Layers move its window ({@code pull}, {@code trim}) and copy what they keep. Nothing in the type enforces that,
 *     so tests run on a {@link dev.weft.device.ParanoidDevice}, where a kept slice throws. A device may lend the memory itself
 *     ({@link dev.weft.device.Frame#lent}): who keeps that has the bytes until it gives it back, and the device receives into other
 *     memory meanwhile.</li>
 * <li>A sent {@link dev.weft.device.OutFrame} is <em>lent</em> for the call: when {@code transmit} returns, the device has
 *     written or copied every byte. Headers are prepended in its head on the way down and stripped off again on the way back,
 *     payload is referred to in up to eight pieces.</li>
 * <li>Frame objects are reused. Who keeps a reference sees another packet in it later.</li>
 * </ul>
 *
 * <h2>What a device may do to its stack</h2>
 * Lose, repeat, reorder and damage frames; be full, which {@code transmit} says by taking fewer; go down and up, told to one
 * listener on the reader's thread; and be gone for good, which is a {@link dev.weft.device.DeviceLostException} from the
 * reader's calls and ends the stack. It may not block a sender, hold memory without bound, or hand out a frame longer than its
 * bytes.
 *
 * <h2>Offloads</h2>
 * How far a checksum was dealt with and in what segments a long frame is to be cut are properties of the frame
 * ({@link dev.weft.device.ChecksumMark}, {@code segmentSize}), so that a device that can do it and one that cannot differ in
 * {@link dev.weft.device.Offloads} alone. A device gets no frame that asks for more than it offers: the link cuts large segments
 * and finishes checksums before ({@link dev.weft.device.SegmentCutter}). Where the headers are, whoever works on a frame finds in
 * its bytes ({@link dev.weft.device.TransportLayout}). A frame that was received with marks can be sent on with them.
 */
package dev.weft.device;
