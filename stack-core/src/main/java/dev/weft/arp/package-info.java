/**
 * The address resolution protocol: which hardware address has an IPv4 address on this Ethernet (RFC 826), and that nobody
 * else has ours (RFC 5227); with the rules for hosts of RFC 1122 §2.3.2.
 *
 * <h2>Parts</h2>
 * {@link dev.weft.arp.ArpTable} is the protocol: entries, questions, own addresses, told the time (D1).
 * {@link dev.weft.arp.Arp} is the daemon around it, one virtual thread, and what everybody else calls. The daemon alone
 * changes the table. The reader of the link, senders and askers hand it what they want through queues, so there is no
 * lock a reader could ever wait for behind a virtual thread that has no carrier (D4).
 *
 * <h2>Who may call what where</h2>
 * {@link dev.weft.arp.Arp#lookup}, {@code confirm}, {@code suspect}, {@code ask} and {@code sendWhenResolved} never suspend,
 * and are for readers and timers as much as for anybody; the first two make no garbage. Only {@link dev.weft.arp.Arp#query}
 * and {@code close} suspend. Listeners are called on the daemon: while they run nothing is resolved, so they must be short
 * and must not call what suspends.
 *
 * <h2>Memory</h2>
 * A frame without a link address is copied on the call and leaves when the answer comes. There are at most
 * {@code parkedPerEntry} copies for one address and {@code parkedBytes} in all; the oldest goes. {@code cacheSize} bounds
 * the entries that the network can cause; what the program configured comes on top.
 *
 * <h2>Hazards</h2>
 * ARP trusts the link. Who can send on it can answer for any address we ask for, and change an entry we have. What he
 * cannot do is fill memory, drive out an entry that traffic uses by a flood of strangers, or keep an answer from a thread
 * that waits for it.
 *
 * <pre>{@code
 * try (Arp arp = Arp.create(link, clock, Randomness.secure(), scope, counters, ArpOptions.defaults())) {
 *     arp.setIps(List.of(InterfaceAddress.of("10.9.0.2/24")));
 *     if (arp.query(Ipv4Address.of("10.9.0.1")) instanceof ArpAnswer.Resolved(MacAddress mac)) {
 *         log.info("the gateway is at {}", mac);
 *     }
 * }
 * }</pre>
 */
package dev.weft.arp;
