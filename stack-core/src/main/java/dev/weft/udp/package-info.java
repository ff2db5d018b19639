/**
 * Datagrams (RFC 768, RFC 1122 §4.1): {@link dev.weft.udp.Udp} hands out {@link dev.weft.udp.UdpSocket}s and brings them
 * what comes in.
 *
 * <pre>{@code
 * try (var socket = stack.udp().bind(7)) {
 *     while (true) {
 *         Datagram datagram = socket.receive();                    // source, destination, payload
 *         socket.send(datagram.replyWith(datagram.payload()));     // from the address it was sent to
 *     }
 * }
 * }</pre>
 *
 * <h2>Threads</h2>
 * Any number of threads may use a socket at once. {@code receive} is the only call that suspends. A datagram goes to one
 * of the threads that wait. Closing wakes them all.
 *
 * <p>A reader that brings a datagram takes no lock: it copies into chunks of its own and pushes them onto a stack of
 * arrivals with one compare-and-set; the next thread that receives takes the whole stack and turns it round. So a reader
 * cannot end up waiting behind a virtual thread that has no carrier (D4).
 *
 * <h2>Memory and garbage</h2>
 * A waiting datagram lies off the heap, with its addresses before it, in chunks that belong to the socket until it is
 * received or the socket closes. An idle socket holds none. Nothing on the way from the link to the queue makes garbage; the
 * {@code byte[]} of a {@link dev.weft.udp.Datagram} is made on the thread that receives it. What is sent is copied once,
 * into the head of a frame, or, when it is longer than that, into pooled chunks that are given back before {@code send}
 * returns.
 *
 * <h2>Hazards</h2>
 * UDP promises nothing: a full queue drops, on either side. {@code send} never suspends, not for ARP either: that a next hop
 * does not answer, or a port is closed, is known only later, and thrown by a later call. What arrives may be forged; so
 * may errors, though only by who knows the ports. A server catches what {@code send} throws: one client that has gone must
 * not end it.
 */
package dev.weft.udp;
