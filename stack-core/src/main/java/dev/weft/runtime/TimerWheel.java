package dev.weft.runtime;

/**
 * Deadlines of any number of timers: schedule, cancel and expire in constant time, without garbage. It is told the time
 * and knows no clock or thread; its caller guards it (a reader by a small lock, a pure core by its own).
 *
 * <h2>How it works</h2>
 * A tick is a power of two of nanoseconds, about a millisecond. Read as digits of six bits, the tick of a deadline says
 * where its timer is: the wheel of level <i>n</i> has 64 slots, one for each value of digit <i>n</i>. A timer lies in the
 * level of the highest digit in which its tick differs from the present one, in the slot of its own digit there
 * (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", scheme 7).
 * <pre>
 *   present tick   … 00 02 17        timer due in … 00 02 40  → level 0, slot 40
 *                                    timer due in … 00 09 33  → level 1, slot  9   later moved to level 0, slot 33
 *                                    timer due in … 01 00 05  → level 2, slot  1   later moved to level 1 or 0
 * </pre>
 * So all timers of a level are due before all of the next, and all of a slot before all of the next slot. When time comes
 * to a slot of a higher level, its timers move down; each does so at most once a level.
 *
 * <p>A tick is only the width of a slot. The earliest deadline of each slot is kept beside it, so timers expire at their
 * own nanosecond when the caller comes then: <strong>never early</strong>, and as late as the caller is. Cancelling leaves
 * that note as it is: {@link #nextDeadline()} may then be too early, once, and never too late.
 *
 * <h2>Use</h2>
 * A caller without a lock calls {@link #advance}. One that holds a lock must not call timers under it (D4) and does it in
 * steps:
 * <pre>{@code
 * lock.lock();
 * wheel.expire(now);
 * TimerWheel.Timer timer = wheel.pollExpired();
 * lock.unlock();
 * if (timer != null) TimerWheel.fire(timer, now);      // and so on until there is none
 * }</pre>
 */
public final class TimerWheel {

    private static final int DIGIT_BITS = 6;
    private static final int SLOTS = 1 << DIGIT_BITS;
    private static final int DIGIT_MASK = SLOTS - 1;
    private static final int DEFAULT_TICK_BITS = 20;

    private final int tickBits;
    private final Timer[] first;
    private final Timer[] last;
    private final long[] earliest;
    private final long[] occupied;          // a bit for each slot of a level
    private final int expired;              // the index of the list of timers that are due and not fired yet
    private long presentTick;
    private int size;

    /** A timer, scheduled in at most one wheel at a time. Extended by what it is a timer of. */
    public abstract static class Timer {

        private static final int IDLE = -1;

        private Timer previous;
        private Timer next;
        private int slot = IDLE;
        private long deadline = NanoClock.FOREVER;

        /** A timer that is not scheduled. */
        protected Timer() {
        }

        /**
         * The time has come. It is not scheduled any more and may be scheduled again here.
         *
         * @param now the time given to the wheel, not before the deadline
         */
        protected abstract void fire(long now);

        /** Whether it lies in a wheel: scheduled, not cancelled, not yet taken out to be fired. */
        public final boolean isScheduled() {
            return slot != IDLE;
        }

        /** When it is due, {@link NanoClock#FOREVER} if it is not scheduled. */
        public final long deadline() {
            return slot == IDLE ? NanoClock.FOREVER : deadline;
        }
    }

    /** An empty wheel with ticks of 2²⁰ ns, 1.05 ms. */
    public TimerWheel() {
        this(DEFAULT_TICK_BITS);
    }

    /**
     * An empty wheel.
     *
     * @param tickBits the length of a tick as a power of two of nanoseconds, from 10 (1 µs) to 30 (1.07 s). About as long
     *        as the shortest timers last: a shorter one makes timers move more often, a longer one fills the slots
     * @throws IllegalArgumentException if it is out of range
     */
    public TimerWheel(int tickBits) {
        if (tickBits < 10 || tickBits > 30) {
            throw new IllegalArgumentException("a tick of 2^" + tickBits + " ns is not between 2^10 and 2^30");
        }
        this.tickBits = tickBits;
        int levels = (Long.SIZE - 1 - tickBits + DIGIT_BITS - 1) / DIGIT_BITS;
        expired = levels * SLOTS;
        first = new Timer[expired + 1];
        last = new Timer[expired + 1];
        earliest = new long[expired + 1];
        occupied = new long[levels];
    }

    /** How many timers are scheduled, expired ones that wait to be polled included. */
    public int size() {
        return size;
    }

    /**
     * Schedules a timer, or moves one that is scheduled here already. A deadline that has passed expires at the next
     * {@link #expire}; {@link NanoClock#FOREVER} is never and the same as {@link #cancel}. The timer must not be scheduled
     * in another wheel.
     *
     * @throws IllegalArgumentException if the deadline is negative, which no clock's time is
     */
    public void schedule(Timer timer, long deadline) {
        if (deadline < 0) {
            throw new IllegalArgumentException("deadline " + deadline + " is negative");
        }
        cancel(timer);
        if (deadline != NanoClock.FOREVER) {
            timer.deadline = deadline;
            place(timer);
            size++;
        }
    }

    /** Takes a timer out, also one that has expired and was not polled yet. Whether it was in. */
    public boolean cancel(Timer timer) {
        if (timer.slot == Timer.IDLE) {
            return false;
        }
        unlink(timer);
        size--;
        return true;
    }

    /**
     * When the caller should come next: the earliest deadline, or sooner where a timer was cancelled;
     * {@link NanoClock#FOREVER} when nothing is scheduled.
     */
    public long nextDeadline() {
        if (first[expired] != null) {
            return earliest[expired];
        }
        int slot = earliestSlot();
        return slot < 0 ? NanoClock.FOREVER : earliest[slot];
    }

    /**
     * Fires every timer whose deadline is not after {@code now}: tick by tick, within a tick in the order scheduled. What
     * timers schedule meanwhile waits for the next call even if it is due, so this always ends. If a timer throws, the
     * rest stays expired and is fired by the next call.
     */
    public void advance(long now) {
        expire(now);
        Timer timer;
        for (int due = count(expired); due > 0 && (timer = pollExpired()) != null; due--) {
            timer.fire(now);
        }
    }

    /** Moves every timer whose deadline is not after {@code now} to those that {@link #pollExpired()} gives. */
    public void expire(long now) {
        long tick = now >> tickBits;
        while (true) {
            int slot = earliestSlot();
            if (slot < 0 || earliest[slot] > now) {
                break;
            }
            int level = slot / SLOTS;
            if (level == 0) {
                expireSlot(slot, now);
            } else {
                presentTick = startOf(slot, level);
                moveDown(slot);
            }
        }
        // No slot begins between the present and this tick, or the earliest deadline of one would have been due; but one
        // of a higher level may have begun, whose deadlines come later. Its timers belong lower from now on.
        if (tick > presentTick) {
            int slot;
            while ((slot = earliestSlot()) >= SLOTS && startOf(slot, slot / SLOTS) <= tick) {
                presentTick = startOf(slot, slot / SLOTS);
                moveDown(slot);
            }
            presentTick = tick;
        }
    }

    /** Takes out the next timer that has expired, for the caller to fire; null when there is none. */
    public Timer pollExpired() {
        Timer timer = first[expired];
        if (timer != null) {
            cancel(timer);
        }
        return timer;
    }

    /** Fires a timer that the caller has taken out with {@link #pollExpired()}, under no lock. */
    public static void fire(Timer timer, long now) {
        timer.fire(now);
    }

    private int count(int slot) {
        int count = 0;
        for (Timer timer = first[slot]; timer != null; timer = timer.next) {
            count++;
        }
        return count;
    }

    /** The occupied slot whose timers are due first, or -1: the first one in the lowest level that has any. */
    private int earliestSlot() {
        for (int level = 0; level < occupied.length; level++) {
            if (occupied[level] != 0) {
                return level * SLOTS + Long.numberOfTrailingZeros(occupied[level]);
            }
        }
        return -1;
    }

    /** The first tick of a slot: the present tick's digits above the level, the slot's own, then zeros. */
    private long startOf(int slot, int level) {
        int shift = level * DIGIT_BITS;
        long above = presentTick >>> shift >>> DIGIT_BITS << DIGIT_BITS;
        return (above | slot & DIGIT_MASK) << shift;
    }

    private void place(Timer timer) {
        // A deadline in the past lies with those of the present tick.
        long tick = Math.max(timer.deadline >> tickBits, presentTick);
        long difference = tick ^ presentTick;
        int level = difference == 0 ? 0 : (Long.SIZE - 1 - Long.numberOfLeadingZeros(difference)) / DIGIT_BITS;
        int digit = (int) (tick >>> level * DIGIT_BITS) & DIGIT_MASK;
        occupied[level] |= 1L << digit;
        append(timer, level * SLOTS + digit);
    }

    private void append(Timer timer, int slot) {
        Timer end = last[slot];
        timer.slot = slot;
        timer.previous = end;
        if (end == null) {
            first[slot] = timer;
            earliest[slot] = timer.deadline;
        } else {
            end.next = timer;
            earliest[slot] = Math.min(earliest[slot], timer.deadline);
        }
        last[slot] = timer;
    }

    private void unlink(Timer timer) {
        int slot = timer.slot;
        if (timer.previous == null) {
            first[slot] = timer.next;
        } else {
            timer.previous.next = timer.next;
        }
        if (timer.next == null) {
            last[slot] = timer.previous;
        } else {
            timer.next.previous = timer.previous;
        }
        if (first[slot] == null && slot != expired) {
            occupied[slot / SLOTS] &= ~(1L << (slot & DIGIT_MASK));
        }
        timer.previous = null;
        timer.next = null;
        timer.slot = Timer.IDLE;
    }

    /** Moves the timers of a slot of level 0 that are due to the expired ones and notes the earliest of the rest. */
    private void expireSlot(int slot, long now) {
        long rest = NanoClock.FOREVER;
        Timer timer = first[slot];
        while (timer != null) {
            Timer following = timer.next;
            if (timer.deadline <= now) {
                unlink(timer);
                append(timer, expired);
            } else {
                rest = Math.min(rest, timer.deadline);
            }
            timer = following;
        }
        earliest[slot] = rest;
    }

    /** Moves the timers of a slot of a higher level, which has just begun, to where they belong now. */
    private void moveDown(int slot) {
        Timer timer = first[slot];
        while (timer != null) {
            Timer following = timer.next;
            unlink(timer);
            place(timer);
            timer = following;
        }
    }
}
