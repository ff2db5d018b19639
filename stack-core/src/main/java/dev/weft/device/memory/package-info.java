/**
 * Networks in memory: a {@link dev.weft.device.memory.Cable}, a {@link dev.weft.device.memory.Switch}, the loopback device, and
 * {@link dev.weft.device.memory.ImpairedDevice}, which makes any device's line a bad one.
 *
 * <pre>{@code
 * var clock = new VirtualClock();
 * var lan = new Switch(3, MemoryLinkOptions.defaults().name("lan").delay(Duration.ofMillis(1)).clock(clock));
 * var bad = Impairment.NONE.loss(0.05).reorder(0.1, Duration.ofMillis(3))
 *         .bottleneck(Bottleneck.of(10_000_000).queueBytes(25_000));
 * NetDevice device = new ImpairedDevice(lan.port(0), bad, bad, 42, clock, counters);
 * }</pre>
 *
 * <h2>One queue</h2>
 * Frames always travel through a {@code FrameQueue}: a bounded ring of native memory into which senders copy and from which one
 * reader borrows, ordered by when frames are due. Whoever sends copies into the receiver's queue and wakes its reader: there
 * is no thread here, so nothing to start or to wait for, and a network of a thousand stacks costs no more than their readers.
 *
 * <h2>Time</h2>
 * Delays are in the time of the clock that the device is given, and readers park through that clock. On a virtual one a
 * second of delay takes no time, and with a seeded scheduler a whole run repeats. All devices that are wired together, and
 * the stacks on them, must have the same clock.
 *
 * <h2>Hazards</h2>
 * Memory for what waits is taken when the device is made, 2 MiB for each end of a cable by default. A queue that is full loses
 * the newest frame and counts it; a cable tells its sender, a switch does not. A delayed frame of an
 * {@code ImpairedDevice} leaves only while its reader runs. Closing an end frees its memory: the reader must have ended.
 */
package dev.weft.device.memory;
