/**
 * TCP in the blocking style: {@link dev.weft.tcp.Tcp} connects and listens, {@link dev.weft.tcp.TcpSocket} reads and writes,
 * {@link dev.weft.tcp.TcpListener} accepts. The protocol itself is in {@code dev.weft.tcp.core}, pure; this package gives it
 * threads, locks, time and frames.
 *
 * <h2>The way of a segment</h2>
 * In: {@code TcpInput} on the reader checks it and finds its {@code Flow}; the flow tells the core, or, where an
 * application has the lock just now, leaves a copy in the {@code Backlog}. Text goes into the array of a reader that waits for it, or
 * into the receive buffer, whose chunks are lent to who reads next. When the batch of frames is through, the flow
 * wakes who waits, unless less has come than it wants, and sends what the core has earned, ACKs merged.
 * Out: a writer fills chunks of the send buffer without the lock and commits them under it; then it asks the core for
 * segments and hands them to the path as references to those chunks, {@code TransmitBatch} by batch, again without the lock.
 *
 * <h2>Ownership</h2>
 * A socket belongs to whoever accepted or connected it, who closes it; a closed one lives on in the table until the peer
 * has acknowledged everything and TIME-WAIT is over. Connections that nobody has accepted belong to the listener.
 *
 * <h2>Ways to begin</h2>
 * {@code ActiveOpens} connects, {@code PassiveOpens} makes connections for listeners, {@code FlowMaker} says what they are like;
 * {@code FlowKeeper} has what all share, and ends them with the stack.
 * A listener remembers a SYN as a half-open connection, within a limit; beyond it {@code CookieDoor} answers. Either way the ACK makes
 * the connection: until then {@code HalfOpens} keeps a {@code HalfOpenEntry} in the table, unless somebody watches. One that completes its handshake takes a place in the backlog, or waits for one. With fast open (RFC 7413,
 * off by default) the data of a SYN that shows a cookie is handed out at once: {@code FastOpenServer} gives and takes cookies,
 * {@code PendingFastOpens} limits what that risks, {@code FastOpenClient} remembers servers.
 *
 * <h2>What a hostile peer can do</h2>
 * It can kill its own connection, and fill its listener's places for half-open ones, of 127 bytes each, which then answers SYNs with
 * cookies and keeps nothing of them ({@link dev.weft.tcp.TcpSynCookies}); memory of all connections is one budget, and a connection holds only what its windows allow. Connections that the application has
 * closed and whose peer acknowledges nothing are limited in time by the core, in number by {@code Orphans}.
 *
 * <pre>{@code
 * try (TcpListener listener = stack.tcp().listen(7)) {
 *     listener.serve(socket -> socket.input().transferTo(socket.output()));
 * }
 * }</pre>
 */
package dev.weft.tcp;
