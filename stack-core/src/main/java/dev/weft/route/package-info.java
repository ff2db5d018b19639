/**
 * Which way a packet takes: the addresses of the stack, the routes that were given and those that follow from addresses,
 * and the source address that fits a destination. One {@link dev.weft.route.RoutingTable} serves both families and any
 * number of links; the longest prefix decides, a single interface is not special (D12).
 *
 * <p><b>Concurrency.</b> Readers and writers never meet: a change builds a new {@link dev.weft.route.Routes} under the
 * table's lock and swaps it in; who needs several answers that fit together asks one {@code Routes}. Its
 * {@link dev.weft.route.Routes#generation()} tells who keeps an answer (a socket, its path) that a better one may be had.
 *
 * <p><b>Multihoming.</b> Of the two models in RFC 1122 §3.3.4.2 this is the weak one: a packet to any address of the stack is
 * taken on any link, and the route of an answer follows from its destination, though of equally long prefixes the one over
 * the source address's link is taken. Loopback addresses are the exception; they never come from or go to a wire.
 *
 * <p><b>How long.</b> {@link dev.weft.route.PathMtuCache} remembers by destination what routers say about the length of
 * packets. Transports tell it what they have checked, paths ask it.
 *
 * <p><b>Hazards.</b> Nothing from the network changes the table: ICMP redirects are ignored. The path MTUs it may change, within
 * floors and for a time, for who can quote a packet under way.
 */
package dev.weft.route;
