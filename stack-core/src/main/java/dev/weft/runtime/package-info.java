/**
 * Who makes threads, tells the time and waits. Every other package asks this one, so that whole programs can run on a
 * clock that a test moves and a scheduler that a seed drives (D11), and so that nothing is left running when a stack is
 * closed (D7).
 *
 * <h2>Time</h2>
 * A {@link dev.weft.runtime.NanoClock} is handed to whoever needs it. Protocol cores do not: they are told the time as a
 * number (D1). Deadlines are absolute nanoseconds of that clock, compared with {@code <},
 * {@link dev.weft.runtime.NanoClock#FOREVER} is never.
 *
 * <h2>Parking</h2>
 * A waiter is a thread that parks and whoever has news for it unparks it; {@link dev.weft.runtime.Signal} is that with a
 * flag, {@link dev.weft.runtime.Mailbox} with a queue. The rules:
 * <ol>
 * <li>Nobody parks, calls a device or calls back while holding a lock (D4). {@code unpark} and {@code raise} are allowed
 *     under a lock, since they run nobody, but belong after it: the woken thread may want the lock.</li>
 * <li>A park may return for no reason. What is waited for is a condition, looked at in a loop.</li>
 * <li>An interrupt ends every wait. Sockets close and throw {@code SocketException} with the status kept, the calls of the
 *     layers throw {@link java.lang.InterruptedException} with it cleared (D9).</li>
 * <li>A call that may suspend begins with {@link dev.weft.runtime.Suspension#check}; a reader runs inside
 *     {@link dev.weft.runtime.Suspension#forbid}. Exempt are locks held for a few instructions and the reader's own wait
 *     for its device.</li>
 * <li>No monitors ({@code synchronized}, {@code wait}), no timed waits of {@code java.util.concurrent}: a seeded scheduler
 *     does not see them.</li>
 * </ol>
 *
 * <h2>The order of locks</h2>
 * A thread that holds a lock may take only locks further down this table; two locks of one row are never held together.
 * Whoever adds a lock adds it here. All of them are {@link java.util.concurrent.locks.ReentrantLock}s held only to compute;
 * those that readers share with the threads of an application are {@link dev.weft.runtime.ShortLock}s, on which nobody
 * queues, but for a connection's, which a reader only tries.
 * <table>
 * <caption>From the outermost to the innermost</caption>
 * <tr><th>lock</th><th>guards</th></tr>
 * <tr><td>{@code OwnedScope.lock}</td><td>requests to fork, running daemons, failures not told yet</td></tr>
 * <tr><td>{@code StackLink.lock}</td><td>the addresses of an interface; routes and ARP are told under it</td></tr>
 * <tr><td>{@code RoutingTable.lock}, {@code Ipv4Interface.lock}</td><td>the next table of routes, the groups joined on a link;
 *     whoever looks up takes neither</td></tr>
 * <tr><td>{@code Mailbox.lock}</td><td>packets on their way to a daemon</td></tr>
 * <tr><td>{@code Reassembly.lock}</td><td>fragments that wait for the rest</td></tr>
 * <tr><td>{@code TcpListener.lock}, {@code ListenerTable.lock}</td><td>half-open and unaccepted connections of a listener, who
 *     listens where</td></tr>
 * <tr><td>{@code FlowWork.lock}</td><td>one TCP connection; a reader only tries it</td></tr>
 * <tr><td>{@code FlowTable.lock}, {@code Backlog.lock}, {@code DeferredSegments.lock}, {@code Orphans.lock}</td><td>changes of the
 *     table of connections (look-ups take none), segments that wait for the holder of a connection's lock, free copies for them,
 *     connections that their applications left</td></tr>
 * <tr><td>{@code PendingFastOpens.lock}, {@code FastOpenClient.lock}</td><td>connections that have opened fast and whose handshake
 *     is not complete, what is known of servers that others were opened to</td></tr>
 * <tr><td>{@code PathMtuCache.lock}</td><td>changes of the path MTUs; look-ups take none</td></tr>
 * <tr><td>{@code UdpTable.lock}</td><td>which sockets are bound to a port</td></tr>
 * <tr><td>{@code DatagramQueue.lock}</td><td>the datagrams that threads take from a socket; no reader wants it</td></tr>
 * <tr><td>{@code Waiters.lock}</td><td>the threads that wait for a socket; no reader wants it</td></tr>
 * <tr><td>{@code DeviceLink.lock}, {@code EthernetLink.groupLock}, {@code ReaderLoop.lock}</td><td>handlers, joined groups, timers
 *     and tasks of a link</td></tr>
 * <tr><td>{@code OutFramePool.lock}, {@code Switch.lock}, {@code CaptureFile.lock}</td><td>free frames, who is on which port, the
 *     buffer of a capture</td></tr>
 * <tr><td>{@code ImpairedDevice.lock}</td><td>the fates of frames</td></tr>
 * <tr><td>{@code FrameQueue.lock}</td><td>room and order in a queue of frames</td></tr>
 * <tr><td>{@code VirtualClock.lock}</td><td>who is parked until when</td></tr>
 * <tr><td>{@code ChunkPool.growth}</td><td>the slabs of a pool</td></tr>
 * <tr><td>{@code OffHeap.Region.closing}</td><td>that a region is closed once</td></tr>
 * <tr><td>{@code OffHeap.LOCK}</td><td>the ledger of off-heap memory</td></tr>
 * </table>
 *
 * <h2>Threads</h2>
 * Nobody makes a thread but {@link dev.weft.runtime.Threads}, and nobody keeps one but a
 * {@link dev.weft.runtime.DaemonScope}:
 * <pre>{@code
 * try (DaemonScope scope = DaemonScope.open("weft", FailurePolicy.CANCEL_ALL)) {
 *     scope.onFailure(cause -> log.error("stack failed", cause));
 *     scope.fork("weft-arp", arp::run);
 *     application.run();
 * }                                          // interrupts weft-arp and returns when it has ended
 * }</pre>
 *
 * <h2>Chance</h2>
 * {@link dev.weft.runtime.Randomness} is handed in as the clock is. What a peer can see of it (initial sequence numbers,
 * ports, identifications) comes from {@link dev.weft.runtime.Randomness#secure()} or a
 * {@link dev.weft.runtime.KeyedHash}.
 */
package dev.weft.runtime;
