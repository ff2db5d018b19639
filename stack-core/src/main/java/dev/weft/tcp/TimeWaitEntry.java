package dev.weft.tcp;

import dev.weft.link.LinkReader;
import dev.weft.runtime.TimerWheel;
import dev.weft.tcp.core.TimeWait;
import dev.weft.tcp.core.segment.TcpSegment;

/** A connection in TIME-WAIT in the table, in the place of the {@link Flow} that it was: 160 bytes with its key and its timer. */
final class TimeWaitEntry extends TimerWheel.Timer implements FlowEntry {

    private final FlowKey key;
    private final TimeWait core;
    private final LinkReader reader;
    private final TimeWaits home;
    private int tableHash;

    TimeWaitEntry(FlowKey key, TimeWait core, LinkReader reader, TimeWaits home) {
        this.key = key;
        this.core = core;
        this.reader = reader;
        this.home = home;
    }

    @Override
    public FlowKey key() {
        return key;
    }

    @Override
    public int tableHash() {
        return tableHash;
    }

    @Override
    public void tableHash(int hash) {
        tableHash = hash;
    }

    @Override
    public int successorIss() {
        return core.sndNxt() + NEXT_INCARNATION;
    }

    /** Whether this end had opened it. */
    boolean isActive() {
        return core.isActive();
    }

    /** The wait ends at {@code deadline}. */
    void schedule(long deadline) {
        reader.schedule(this, deadline);
    }

    /** The wait is over. On the reader. */
    @Override
    protected void fire(long now) {
        home.end(this);
    }

    /** Whether {@code syn} may begin the next incarnation: then this entry is gone. On a reader. */
    boolean giveWayTo(TcpSegment syn) {
        if (!core.mayBeReopenedBy(syn)) {
            return false;
        }
        reader.cancel(this);
        home.end(this);
        return true;
    }

    /** Any other segment; whether {@code answer} is to be sent. On a reader. */
    boolean input(long now, TcpSegment in, TcpSegment answer, TcpStatistics statistics) {
        int result = core.segment(now, in, answer, statistics);
        if ((result & TimeWait.RESTART) != 0) {
            schedule(now + core.waitNanos());
        }
        return (result & TimeWait.ANSWER) != 0;
    }
}
