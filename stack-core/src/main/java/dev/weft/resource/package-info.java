/**
 * What every layer counts, holds and spends: named counters, the ledger of off-heap memory, pools of chunks, byte
 * budgets and token buckets. Nothing here makes a thread, reads a clock or parks for anything but a lock that is held
 * for a few instructions, so all of it may be used on a reader, under a connection's lock, and from any thread at once.
 *
 * <h2>Counters</h2>
 * A {@link dev.weft.resource.Counters} is the registry of one stack. A layer declares its reasons for dropping as an enum
 * whose constants cite their rule, and counts by constant, so that the documentation, the metric and the vocabulary of
 * the tests are one thing:
 * <pre>{@code
 * enum Ipv4Discard { BAD_CHECKSUM }                               // each constant's javadoc cites its rule
 *
 * CounterGroup<Ipv4Discard> discards = new CounterGroup<>(counters, "ipv4.in", Ipv4Discard.class);
 * discards.increment(Ipv4Discard.BAD_CHECKSUM);                   // "ipv4.in.bad_checksum"
 * }</pre>
 *
 * <h2>Memory</h2>
 * All native memory of Weft comes from {@link dev.weft.resource.OffHeap}, because arenas are invisible to the platform's
 * buffer-pool beans: the ledger is what a leak test looks at. {@link dev.weft.resource.ChunkPool} cuts such memory into
 * chunks of one size. A chunk belongs to whoever acquired it until it is released, once, by whoever has it then; there
 * are no reference counts (D3). {@link dev.weft.resource.LentMemory} has one: a device fills it with whole batches, and a
 * connection may keep a batch until what it got of it has been read. A pool is closed after every thread that may touch its memory has ended. What touches a
 * chunk later fails with {@link java.lang.IllegalStateException} instead of reading freed memory.
 *
 * <h2>Limits</h2>
 * {@link dev.weft.resource.ByteBudget} and {@link dev.weft.resource.TokenBucket} answer yes or no and never wait: the
 * caller has a policy for no, and a counter for it (D8).
 */
package dev.weft.resource;
