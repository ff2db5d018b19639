/**
 * The measurement {@code stack-examples/bench/path}: Weft beside the kernel's TCP on the same bad path, which the program {@code
 * link} makes.
 *
 * <pre>
 *   namespace left                                       namespace right
 *   kernel's sockets ── bridge ── TAP ═══ link ═══ TAP ── bridge ── kernel's sockets
 *   Weft ── TAP ────────┘                                   └──────── TAP ── Weft
 * </pre>
 *
 * Both kinds of sockets are stations on the same Ethernet, so their frames go the same way through the same bridge; those of Weft
 * cross one TAP more, which is Weft's own cost. In each namespace runs one {@link dev.weft.examples.path.PathEnd}, which does the
 * same with sockets of either kind: one end writes the pattern until it is told to stop, the other reads and checks it. {@link
 * dev.weft.examples.path.PathBench} tells them what to do, and takes the figures down.
 */
package dev.weft.examples.path;
