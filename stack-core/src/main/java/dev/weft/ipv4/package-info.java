/**
 * IPv4: RFC 791 with the rules for hosts of RFC 1122 §3. {@link dev.weft.ipv4.Ipv4} is what others see.
 *
 * <h2>Input</h2>
 * The reader of a link brings a frame to {@code Ipv4Input}, which asks in order: is the header well formed
 * ({@link dev.weft.wire.Defect.Ipv4}), can a packet from a wire have this source and destination, is it for us
 * ({@link dev.weft.ipv4.Ipv4Discard}), is it whole; then the protocol's handler gets it. Each no has a counter under
 * {@code ipv4.in}. Options are skipped by the header length; a source route costs the packet. A host does not forward.
 *
 * <h2>Fragments</h2>
 * {@code FragmentCache} is the protocol of reassembly, told the time (D1). {@code Reassembly} guards it and runs the daemon
 * that gives up after the fragment lifetime and says so to the sender. What a hostile sender can do: fill the budget of his
 * own address, and, forging addresses, push out fragments of others; never more memory than the budget.
 *
 * <h2>Output</h2>
 * {@code Ipv4Path} is a decision made once: link, source, next hop. {@code Ipv4Output} prepends the header, cuts what is
 * longer than the link takes into fragments that refer to the caller's memory, and hands them to the link, or to ARP while the next hop
 * is not known. {@link dev.weft.ipv4.Ipv4#write} alone suspends, until ARP has an answer:
 *
 * <pre>{@code
 * ipv4.handle(253, (packet, payload) -> {                         // on the reader: must not block
 *     switch (payload) {
 *         case Payload.Slice(var bytes)       -> parse(bytes);     // borrowed: valid in here only
 *         case Payload.Reassembled(var bytes) -> queue.add(bytes); // ours to keep
 *     }
 * });
 * ipv4.write(Ipv4Address.of("10.9.0.1"), 253, Content.of(bytes));
 * }</pre>
 *
 * <h2>Concurrency</h2>
 * Output takes no lock. Input takes one, for fragments only, to copy one of them. Both may run on any number of threads;
 * a frame belongs to one.
 *
 * <h2>Deviations</h2>
 * Fragments live 10 s, not 60 to 120 s (RFC 1122 §3.3.2), because what waits is memory in the hands of the sender. Source
 * routes are refused (RFC 1122 §3.2.1.8 c, but RFC 7126 §4.3). Redirects are ignored; see {@code dev.weft.icmp}.
 */
package dev.weft.ipv4;
