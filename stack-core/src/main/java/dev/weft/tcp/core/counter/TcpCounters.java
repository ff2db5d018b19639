package dev.weft.tcp.core.counter;

/**
 * Where a connection counts what it drops and what it does. Shared by the connections of a stack; called under the
 * connection's lock for some segments, so an implementation adds to a counter and does nothing else.
 */
public interface TcpCounters {

    /** Counts nothing. */
    TcpCounters NONE = new TcpCounters() {
        @Override
        public void count(TcpDiscard why) {
            // nobody looks
        }

        @Override
        public void count(TcpEvent what) {
            // nobody looks
        }
    };

    /** A segment, or a part of one, was not used. */
    void count(TcpDiscard why);

    /** Something worth knowing happened. */
    void count(TcpEvent what);
}
