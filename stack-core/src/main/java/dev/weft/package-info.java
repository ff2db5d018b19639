/**
 * The front door: {@link dev.weft.StackConfig} describes a network stack, {@link dev.weft.NetworkStack} opens it.
 *
 * <pre>{@code
 * var config = StackConfig.create()
 *         .link("eth0", Tap.named("weft0"), link -> link.address("10.9.0.2/24").gateway("10.9.0.1"));
 * try (var stack = NetworkStack.open(config);
 *      var listener = stack.tcp().listen(7)) {
 *     listener.serve(socket -> socket.input().transferTo(socket.output()));
 * }
 * }</pre>
 *
 * <h2>Order of opening and closing</h2>
 * A scope for the daemons, loopback, IPv4, the transports, then each link: device, framing, ARP, reader, addresses. Closing
 * goes from the outside in: connections deliver what was written, readers end, then devices and memory go, the scope last.
 * A handler on a reader must therefore never wait for {@code close}; it would wait for itself.
 */
package dev.weft;
