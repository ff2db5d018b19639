/**
 * Linux TAP and TUN devices.
 *
 * <p>{@link dev.weft.tap.Tap} describes a device, its {@code open} makes it or attaches to it and returns a
 * {@link dev.weft.device.NetDevice}; {@link dev.weft.tap.TapException} says why not. Nothing here runs an external
 * command: what {@code ip} does is done by ioctls, and by rtnetlink where these ask for root.
 *
 * <h2>Two sides</h2>
 * A TAP is a cable whose one end is an interface of the kernel and whose other end is a descriptor. {@code --host} and
 * {@code hostMac} speak of the kernel's end. Our end has whatever MAC and IP addresses the stack chooses. The MTU is that
 * of the kernel's interface at the time of opening and is that of the device as long as it is open; frames that are longer
 * because somebody raised it since are dropped and counted.
 *
 * <h2>Namespaces</h2>
 * A device, and the sockets that ask and watch its kernel's side, belong to the network namespace of the thread that opened
 * it, or to the one that {@link dev.weft.tap.Tap#namespace} names, which a thread of its own enters to open it. They stay with
 * it: any thread may use the device, whatever namespace it is in itself.
 *
 * <h2>Threads and ownership</h2>
 * One reader calls {@code receive} and {@code awaitFrames}; received frames lie in the device's native memory until its
 * next {@code receive}, or longer where somebody keeps it ({@code FrameStore}). Any number of threads transmit at once, each frame is one system call that reads straight from the
 * head and the pieces of the {@link dev.weft.device.OutFrame}, which is why they are lent until {@code transmit} returns.
 * Native calls pin their carrier: {@code write} for the some microseconds in which the kernel takes the frame through its own
 * stack, {@code awaitFrames} for as long as it waits, so it wants a platform thread. Nothing on the data path allocates.
 *
 * <p>Descriptors and memory are given back by the last thread that is inside a call after {@code close}; {@code close}
 * itself waits for nobody.
 *
 * <h2>Queues</h2>
 * A device that is opened with {@link dev.weft.tap.Tap#queues} more than one has a descriptor, memory to receive into and a
 * reader for each. A frame leaves by the queue of its flow ({@link dev.weft.device.FlowSteering}); the kernel sends the flow's
 * frames to the queue by which it last came, and those of flows that it does not know, or has not heard of for 3 s, by a hash of its own.
 * Counters {@code tap.in.queue0} and so on tell what came by which.
 *
 * <h2>Offloads</h2>
 * Unless {@link dev.weft.tap.Tap#offload} says otherwise, a header of the kernel's stands before each frame (IFF_VNET_HDR),
 * which says whether the checksum is to be finished and in what segments the frame is to be cut: a frame is then up to 64 KiB,
 * and a read or write as much. What the kernel does not do for its age is asked for step by step, and left to the link. Frames
 * are received into 1 MiB, one behind the other, some 15 of the longest in a turn. A header that makes no sense costs its
 * frame ({@code tap.in.bad_vnet_header}).
 *
 * <h2>The life of a link</h2>
 * An interface that is down reads as empty and answers {@code write} with EIO: such frames count as sent and lost, as on a
 * wire without a plug ({@code tap.out.link_down}). Going up and down is noticed through rtnetlink, without polling, and told
 * to the listener on the reader. A device that is deleted ends with {@link dev.weft.device.DeviceLostException} at the
 * reader; {@code transmit} drops from then on ({@code tap.out.lost}). One that is renamed goes on under the name it was opened
 * with; one that is moved to another namespace is taken as up.
 */
package dev.weft.tap;
