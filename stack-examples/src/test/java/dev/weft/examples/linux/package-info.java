/**
 * End-to-end tests: a whole stack on a TAP or TUN device, with the Linux kernel of a private network namespace as the peer
 * that has never heard of Weft. {@link dev.weft.examples.linux.LinuxPeer} is the bench that each test works on: it opens the
 * namespace, the device and the stack, hands out sockets of the kernel's, reads the kernel's counters, and takes all of it
 * away again.
 *
 * <p>Nothing waits for a time to be right: conditions are awaited up to {@link dev.weft.examples.linux.LinuxPeer#PATIENCE},
 * and every socket gives up after it.
 */
package dev.weft.examples.linux;
