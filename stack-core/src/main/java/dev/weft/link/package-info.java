/**
 * Interfaces of the stack: a {@link dev.weft.link.Link} is a device with the framing of its kind and the loop that reads it.
 * {@link dev.weft.link.EthernetLink} sits on TAP, cable and switch, {@link dev.weft.link.PointToPointLink} on TUN,
 * {@link dev.weft.link.LoopbackLink} brings its own device. The layers above register handlers by EtherType before
 * {@link dev.weft.link.DeviceLink#start}.
 *
 * <h2>The reader</h2>
 * Everything that a received frame causes, up to the unparking of whoever waits in {@code read}, happens on one thread, the
 * reader of its link: no queues and no hops between layers (D2). It also fires the timers of the flows, so that CPU-bound
 * tasks cannot starve them (D6). In one turn it
 * <ol>
 * <li>takes up to 64 frames from the device and has each handled,</li>
 * <li>runs once what handlers asked for with {@link dev.weft.device.FrameBatch#atEnd}: the merged ACKs of TCP,</li>
 * <li>runs tasks given to {@link dev.weft.link.LinkReader#execute}, then fires timers that are due, never early,</li>
 * <li>waits for frames or the next deadline, unless the batch was full; where its device asks for busy polling, it takes such
 *     turns for some time before it waits.</li>
 * </ol>
 * A device of several queues has a reader for each, all at work at once: handlers are called by all of them, and
 * {@link dev.weft.device.FrameBatch#queue} tells which it is. A flow's frames and timers mostly are one reader's
 * ({@link dev.weft.device.FlowSteering}), but nobody may rely on that.
 *
 * <p>So code in handlers, tasks and timers must not wait: what may suspend throws {@link java.lang.IllegalStateException} there.
 * An exception there costs the frame, the task or that firing of the timer; it is counted, and logged at most once a second.
 * An {@link java.lang.Error}, or the device's loss, ends the reader as the failure of a daemon, which ends the stack.
 *
 * <h2>Sending</h2>
 * Any thread sends, also the reader, and nobody waits: a full device is a local drop that the caller hears of. A frame comes
 * from {@link dev.weft.link.Link#frames()} and goes back there:
 * <pre>{@code
 * OutFrame frame = link.frames().tryAcquire();
 * if (frame != null) {
 *     try {
 *         int at = frame.prepend(ArpPacket.LENGTH);
 *         request.emit(frame.head(), at);
 *         link.transmit(frame, MacAddress.BROADCAST.bits(), EtherType.ARP);
 *     } finally {
 *         link.frames().release(frame);
 *     }
 * }
 * }</pre>
 *
 * A frame may be marked to be cut into segments, or its checksum to be finished ({@link dev.weft.device.OutFrame#mark}), on any
 * link: what the device does not do is done here in software. {@link dev.weft.link.Link#offloads} says what the device does.
 *
 * <h2>What a peer can do</h2>
 * On an Ethernet anybody can send anything to anybody. What is not for this station, is cut short or of a type that nobody
 * handles is dropped before a layer sees it, and counted by reason ({@link dev.weft.link.LinkDiscard}). Links keep no state
 * for a peer, so a flood costs the reader's time alone. Source addresses prove nothing.
 *
 * <h2>The end</h2>
 * {@link dev.weft.link.DeviceLink#close} wakes the reader, waits until its thread has ended, then closes the device and frees
 * memory (D3). Frames that other threads have out at that moment keep their memory until they are given back, and
 * {@code transmit} takes nothing any more.
 */
package dev.weft.link;
