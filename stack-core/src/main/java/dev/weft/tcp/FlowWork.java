package dev.weft.tcp;

import dev.weft.device.AfterBatch;
import dev.weft.device.FlowSteering;
import dev.weft.device.FrameBatch;
import dev.weft.ip.IpPath;
import dev.weft.link.Link;
import dev.weft.link.LinkReader;
import dev.weft.runtime.NanoClock;
import dev.weft.runtime.Suspension;
import dev.weft.runtime.TimerWheel;
import dev.weft.tcp.core.TcpConnection;
import dev.weft.tcp.core.TcpError;
import dev.weft.tcp.core.TcpState;
import dev.weft.tcp.core.TimeWait;
import dev.weft.tcp.core.segment.TcpSegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of a connection, and who does the work under it: what threads that could not have it left, the sending, the timer.
 * {@link Flow}, which every instance is, adds what sockets ask for and who is told.
 *
 * <h2>Who does what</h2>
 * User threads {@link #lock()}, tell the core something, and {@link #unlock()}, which also sends what the core has to send.
 * The reader of the link only <em>tries</em> the lock (D4). Where it fails, it leaves the segment in the {@link Backlog},
 * or a bit in {@link #pending} for anything else, and whoever holds the lock does the work before or after unlocking; so
 * nothing is lost: a reader that has left something tries once more, and a holder looks once more after its unlock.
 *
 * <h2>Sending</h2>
 * One thread at a time is the transmitter of a connection, as {@link #transmitting} says. It asks the core for segments
 * under the lock, unlocks, writes them, locks again. Whoever finds the flag set leaves the sending to it: it asks the core
 * again before it gives the flag up. A reader that cannot have the lock back after its write hands the role over, with
 * {@link #RESUME}.
 *
 * <h2>Timer</h2>
 * The wheel holds the flow until {@link #armed}, which is never later than the core's deadline; a deadline that moves away,
 * as with each ACK, is noticed only when the timer fires.
 */
abstract class FlowWork extends TimerWheel.Timer implements AfterBatch {

    /** The core's deadline has come. */
    private static final int TICK = 1;
    /** Segments lie in the backlog. */
    private static final int BACKLOG = 1 << 1;
    /** The core may have something to send. */
    private static final int TRANSMIT = 1 << 2;
    /** A transmitter has written its batch and could not have the lock: see {@link #handedOver}. */
    private static final int RESUME = 1 << 3;
    /** An ICMP error lies in {@link #icmpError}. */
    private static final int ICMP_ERROR = 1 << 4;
    /** An ICMP error told a smaller MTU, {@link #icmpMtu}. */
    private static final int MTU = 1 << 5;
    /** The connection is to be reset, if it is not delivered, see {@link #abandon}. */
    private static final int ABANDON = 1 << 6;

    /** How long a confirmed neighbour stays so without being told again. */
    private static final long CONFIRM_INTERVAL = 1_000_000_000L;

    private static final VarHandle PENDING;
    private static final VarHandle ARMED;
    private static final VarHandle IN_BATCH;
    private static final VarHandle BACKLOGGED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PENDING = lookup.findVarHandle(FlowWork.class, "pending", int.class);
            ARMED = lookup.findVarHandle(FlowWork.class, "armed", long.class);
            BACKLOGGED = lookup.findVarHandle(FlowWork.class, "backlog", Backlog.class);
            IN_BATCH = lookup.findVarHandle(FlowWork.class, "inBatch", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final FlowKey key;
    final IpPath path;
    final FlowHome home;
    final NanoClock clock;

    /**
     * Guards the core and the fields marked so. Never held while parking, calling a device, or calling back; the flow
     * table, the timer wheel and pools are the only things used under it.
     */
    private final ReentrantLock lock = new ReentrantLock();
    private final TcpConnection core;        // guarded by lock
    private boolean transmitting;            // guarded by lock
    private boolean unsettled;               // guarded by lock: the core was told something since the last settle()
    private boolean retired;                 // guarded by lock
    private boolean broken;                  // guarded by lock: a fault of ours has ended it
    private long lastConfirmed;              // guarded by lock
    /** Which state of the path's MTU the core knows. */
    private int mtuVersion;                  // guarded by lock

    private final int backlogLimit;
    /** Made when a reader needs it for the first time. */
    private volatile Backlog backlog;
    private volatile int pending;
    /** The last ICMP error, published by ICMP_ERROR in pending; one that overtakes another replaces it. */
    private volatile TcpError icmpError;
    private volatile int icmpErrorSeq;
    /** The last MTU told, published by MTU in pending. */
    private volatile int icmpMtu;
    private volatile int icmpMtuSeq;
    /** What a transmitter that could not have the lock back leaves behind; published by RESUME in pending. */
    private TransmitBatch handedOver;

    /** When the wheel fires this flow, or FOREVER; see {@link #arm}. */
    private volatile long armed = NanoClock.FOREVER;
    /** The reader's, see {@link #successorIss()}. */
    private int successorIss;
    /** Whether this flow is among the tasks of a reader's current batch. */
    private volatile boolean inBatch;

    FlowWork(FlowKey key, IpPath path, TcpConnection core, FlowHome home, NanoClock clock, int backlogLimit) {
        this.key = key;
        this.path = path;
        this.core = core;
        this.home = home;
        this.clock = clock;
        this.backlogLimit = backlogLimit;
        mtuVersion = path.mtuVersion() - 1;          // not told yet
    }

    /** This connection. */
    abstract Flow self();

    /** Who fires this connection's timers: the reader to which its segments come. */
    private LinkReader timers() {
        Link link = path.link();
        return link.readers() == 1 ? link.reader() : link.reader(FlowSteering.queue(key.localHi(), key.localLo(), key.remoteHi(),
                key.remoteLo(), key.ports(), link.readers()));
    }

    /** Who is told of readiness. */
    abstract FlowListener listener();

    /** Whether somebody is told of what the core does. */
    abstract boolean isWatched();

    /** Tells of what the core did, without the lock; {@code changes}: its events. */
    abstract void tell(int changes);

    // ---------------------------------------------------------------- the lock

    /** Locks the connection for a user thread; what came meanwhile has been handled when this returns. */
    void lock() {
        lock.lock();
        try {
            if (pending != 0) {
                runPendingLocked(clock.nanoTime());
            }
        } catch (RuntimeException | Error e) {
            breakLocked(e);
            settle();
            throw e;
        }
    }

    /** The core, for the holder of the lock. */
    TcpConnection core() {
        assert lock.isHeldByCurrentThread();
        return core;
    }

    /** Unlocks, tells the listener what happened, sends what there is to send. */
    void unlock() {
        settle();
    }

    /** Unlocks after a look that changed nothing: sends only what others left to the holder. */
    void unlockUnchanged() {
        if (unsettled || pending != 0) {
            settle();
            return;
        }
        lock.unlock();
        settlePending();
    }

    /** Whether the peer has acknowledged all data and our FIN, or nothing of it matters any more. With the lock. */
    boolean isDelivered() {
        return core().isOutputDelivered() || core.state() == TcpState.CLOSED;
    }

    /** Resets the connection unless all has been delivered; never waits for the lock. Any thread. */
    void abandon() {
        leave(ABANDON);
    }

    // ---------------------------------------------------------------- the reader

    /** Handles one segment; what it earns is done at the end of the batch. On the reader. */
    void input(TcpSegment in, FrameBatch batch) {
        if (!lock.tryLock()) {
            defer(in);
            return;
        }
        try {
            // Not the time at which the batch began: a user thread may have told the core a later one meanwhile.
            long now = clock.nanoTime();
            if (pending != 0) {
                runPendingLocked(now);
            }
            unsettled = true;
            segmentLocked(now, in);
        } catch (RuntimeException | Error e) {
            breakLocked(e);
            throw e;
        } finally {
            lock.unlock();
            joinBatch(batch);
        }
        settlePending();
    }

    /** Leaves a copy to the holder of the lock. On the reader. */
    private void defer(TcpSegment in) {
        if (backlog == null) {
            // A link has several readers, where its device has several queues.
            BACKLOGGED.compareAndSet(this, null, new Backlog(backlogLimit, home.deferred()));
        }
        DeferredSegment copy = home.deferred().take(in.payload.length());
        copy.copy(in);
        if (backlog.offer(copy)) {
            leave(BACKLOG);
        } else {
            home.backlogFull();
        }
    }

    /** In TIME-WAIT, whether {@code syn} may begin the next incarnation: then this flow has been retired. On the reader. */
    boolean giveWayTo(TcpSegment syn) {
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (retired || !core.mayBeReopenedBy(syn)) {
                return false;
            }
            retired = true;
            successorIss = core.sndNxt() + FlowEntry.NEXT_INCARNATION;
            core.abort(clock.nanoTime());            // without a word, in TIME-WAIT; those who listen hear of the end
        } finally {
            lock.unlock();
        }
        timers().cancel(this);
        home.retire(self());
        tell(0);
        settlePending();
        return true;
    }

    /** See {@link FlowEntry#successorIss()}. */
    public int successorIss() {
        return successorIss;
    }

    /** Has {@link #afterBatch} called at the end of the batch. On the reader. */
    void joinBatch(FrameBatch batch) {
        if (IN_BATCH.compareAndSet(this, false, true)) {
            batch.atEnd(this);
        }
    }

    /** Tells of the batch's events and sends the merged ACKs and whatever they allow. */
    @Override
    public void afterBatch(long now) {
        inBatch = false;
        if (lock.tryLock()) {
            settle();
        } else {
            leave(TRANSMIT);
        }
    }

    /** The wheel's time has come. On the reader. */
    @Override
    public void fire(long now) {
        armed = NanoClock.FOREVER;
        leave(TICK);
    }

    /** An ICMP error quoted a segment of this connection. On the reader. */
    void icmpError(TcpError error, int quotedSeq) {
        icmpErrorSeq = quotedSeq;
        icmpError = error;
        leave(ICMP_ERROR);
    }

    /** An ICMP error told the MTU of a link on the way. On the reader. */
    void icmpTooBig(int mtu, int quotedSeq) {
        icmpMtuSeq = quotedSeq;
        icmpMtu = mtu;
        leave(MTU);
    }

    // ---------------------------------------------------------------- what one leaves to another

    /** Leaves {@code work} to the holder of the lock, or does it if there is none any more. */
    private void leave(int work) {
        PENDING.getAndBitwiseOr(this, work);
        settlePending();
    }

    /** After an unlock: does what was left since, unless somebody holds the lock again, who then does it. */
    private void settlePending() {
        while (pending != 0 && lock.tryLock()) {
            settle();
        }
    }

    private void runPendingLocked(long now) {
        int work = (int) PENDING.getAndSet(this, 0);
        unsettled = true;
        if ((work & RESUME) != 0) {
            takeOverLocked(now);
        }
        if ((work & BACKLOG) != 0) {
            for (DeferredSegment next = backlog.poll(); next != null; next = backlog.poll()) {
                segmentLocked(now, next.segment);
                home.deferred().give(next);
            }
        }
        if (broken) {
            return;
        }
        if ((work & TICK) != 0) {
            core.tick(now);
        }
        if ((work & ICMP_ERROR) != 0) {
            core.error(now, icmpError, icmpErrorSeq);
        }
        if ((work & MTU) != 0) {
            if (core.isInFlight(icmpMtuSeq)) {
                path.tooBig(icmpMtu);
                mtuVersion = path.mtuVersion();
                core.packetTooBig(now, path.mtu());
            }
        }
        if ((work & ABANDON) != 0 && !isDelivered()) {
            core.abort(now);
        }
    }

    private void segmentLocked(long now, TcpSegment in) {
        if (broken) {
            return;
        }
        if (!core.isHalfOpen()) {
            core.segment(now, in);
            return;
        }
        FlowListener door = listener();
        boolean room = door.mayComplete();
        core.acceptQueueFull(!room);
        core.segment(now, in);
        if (room && !core.isHandshakeComplete()) {
            door.didNotComplete();
        }
    }

    /** What some connection has learnt of the path's MTU, or what has been forgotten, holds for all that take it (RFC 1191 §5). */
    private void followPathLocked(long now) {
        int version = path.mtuVersion();
        if (version != mtuVersion && !broken) {
            mtuVersion = version;
            core.mtuChanged(now, path.mtu());
        }
    }

    /** Ends the turn of a transmitter that left its batch behind. */
    private void takeOverLocked(long now) {
        TransmitBatch batch = handedOver;
        handedOver = null;
        transmitting = false;
        try {
            if (batch.hasFailed()) {
                breakLocked(null);
            }
            endTransmitLocked(now, batch);
        } finally {
            home.batches().release(batch);
        }
    }

    /**
     * A fault of ours, in the core or on the way out, costs this connection and not the stack (D7): the core is not asked
     * any more, whoever waits is woken, and what still comes from the peer is answered with resets as for any connection
     * that does not exist.
     */
    private void breakLocked(Throwable fault) {
        assert lock.isHeldByCurrentThread();
        unsettled = true;
        if (broken) {
            return;
        }
        broken = true;
        try {
            core.abort(clock.nanoTime());
        } catch (RuntimeException | Error e) {
            if (fault != null && fault != e) {
                fault.addSuppressed(e);
            }
        }
    }

    // ---------------------------------------------------------------- sending

    /** With the lock: does what is pending, unlocks, tells, sends; on return the lock is free and nothing is left undone. */
    private void settle() {
        TransmitBatch batch = null;
        do {
            batch = turn(batch);
        } while (batch != null || pending != 0 && lock.tryLock());
    }

    /**
     * One turn of the holder of the lock, which gives it up: ends the write before, does what others have left, asks the core
     * for the next segments and sends them.
     *
     * @param written the batch that this thread, the transmitter, has just written; null if it is not the transmitter
     * @return the batch when it has been written and the lock is held again: another turn is due; else null, without the lock
     */
    private TransmitBatch turn(TransmitBatch written) {
        TransmitBatch batch = written;
        TimeWait rest = null;
        int events;
        try {
            long now = clock.nanoTime();
            if (batch != null) {
                endTransmitLocked(now, batch);
            }
            if (pending != 0) {
                runPendingLocked(now);
            }
            if (batch == null && !transmitting) {
                batch = home.batches().acquire();
            }
            if (batch != null) {
                followPathLocked(now);
                pollLocked(now, batch);
                rest = batch.count() == 0 ? restLocked(now) : null;
            }
            unsettled = false;
            events = takeEventsLocked(now);
        } catch (RuntimeException | Error e) {
            concludeBroken(batch, e);
            throw e;
        }
        lock.unlock();
        boolean sends = batch != null && batch.count() > 0;
        if (batch != null && !sends) {
            boolean last = batch.isLast();
            long deadline = batch.deadline();
            home.batches().release(batch);
            if (rest == null) {
                finish(deadline, last);
            } else {
                timers().cancel(this);
                home.beginTimeWait(self(), rest, timers(), deadline);
            }
        }
        try {
            tell(events);
            if (!sends) {
                return null;
            }
            batch.send(path, key);
        } catch (RuntimeException | Error e) {
            if (sends) {
                batch.fail();
                handOver(batch, e);
            }
            throw e;
        }
        if (lockAgain()) {
            return batch;
        }
        handOver(batch, null);
        return null;
    }

    /** Asks the core for the next segments. With some, this thread is the transmitter; with none, nobody is. */
    private void pollLocked(long now, TransmitBatch batch) {
        assert lock.isHeldByCurrentThread();
        int count = 0;
        while (!broken && count < TransmitBatch.SIZE && core.poll(now, batch.segment(count))) {
            count++;
        }
        batch.count(count);
        transmitting = count > 0;
        if (transmitting) {
            core.holdAcked();
        } else {
            // A closed connection may still owe a reset that the device had no room for: then it has a deadline.
            long deadline = broken || retired ? NanoClock.FOREVER : core.deadline();
            boolean last = !retired && deadline == NanoClock.FOREVER && (broken || core.state() == TcpState.CLOSED);
            retired |= last;
            batch.nothingToSend(deadline, last);
        }
    }

    /** With nothing to send: what is left of the connection, retired by this, if that is only TIME-WAIT; else null. */
    private TimeWait restLocked(long now) {
        TimeWait rest = retired || broken || isWatched() ? null : core.timeWait(now);
        retired |= rest != null;
        return rest;
    }

    /** With the lock, which it gives up: the core has thrown while this thread asked it. */
    private void concludeBroken(TransmitBatch batch, Throwable fault) {
        breakLocked(fault);
        boolean last = !retired && (batch != null || !transmitting);
        retired |= last;
        if (batch != null) {
            transmitting = false;
            core.releaseAcked();
        }
        int events = core.takeEvents();
        lock.unlock();
        if (batch != null) {
            home.batches().release(batch);
        }
        finish(NanoClock.FOREVER, last);
        tell(events);
    }

    /** Leaves the role of the transmitter to the holder of the lock, or takes it up again if there is none any more. */
    private void handOver(TransmitBatch batch, Throwable fault) {
        handedOver = batch;
        try {
            leave(RESUME);
        } catch (RuntimeException | Error e) {
            if (fault == null) {
                throw e;
            }
            fault.addSuppressed(e);
        }
    }

    /** Nothing is to be sent: forgets the connection if that is for good, else sets the timer. */
    private void finish(long deadline, boolean last) {
        if (last) {
            timers().cancel(this);
            home.retire(self());
        } else {
            arm(deadline);
        }
    }

    /** A user thread waits for the lock, a reader only tries it. */
    private boolean lockAgain() {
        if (Suspension.isForbidden()) {
            return lock.tryLock();
        }
        lock.lock();
        return true;
    }

    private void endTransmitLocked(long now, TransmitBatch batch) {
        for (int i = batch.sent(); i < batch.count(); i++) {
            core.localDrop(now, batch.segment(i));
        }
        core.releaseAcked();
    }

    /**
     * Makes sure that the wheel fires this flow by {@code deadline}; one that fires earlier is left alone. Without the
     * lock, since it may wake the reader: so two threads may be here at once, and each looks again after it has set the
     * wheel, lest it have moved the timer behind the other's deadline.
     */
    private void arm(long deadline) {
        long set = armed;
        while (deadline < set) {
            if (ARMED.compareAndSet(this, set, deadline)) {
                long scheduled = deadline;
                timers().schedule(this, scheduled);
                for (set = armed; set < scheduled; set = armed) {
                    scheduled = set;
                    timers().schedule(this, scheduled);
                }
                return;
            }
            set = armed;
        }
    }

    private int takeEventsLocked(long now) {
        int events = core.takeEvents();
        if ((events & TcpConnection.PATH_CONFIRMED) != 0) {
            if (now - lastConfirmed < CONFIRM_INTERVAL) {
                events &= ~TcpConnection.PATH_CONFIRMED;
            } else {
                lastConfirmed = now;
            }
        }
        if ((events & TcpConnection.WRITABLE) != 0 && core.writable() < core.writeLowWater()) {
            events &= ~TcpConnection.WRITABLE;
        }
        if ((events & TcpConnection.READABLE) != 0 && core.isTooLittle()) {
            events &= ~TcpConnection.READABLE;
        }
        return events;
    }
}
