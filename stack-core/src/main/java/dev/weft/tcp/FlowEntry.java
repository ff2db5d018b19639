package dev.weft.tcp;

/** What a {@link FlowTable} finds: it has a key and remembers its hash, so that the table can grow without hashing again. */
interface FlowEntry {

    /** How far the next incarnation of a connection begins after the last number of this one. */
    int NEXT_INCARNATION = 1 << 16;

    /** Which connection it is; never changes. */
    FlowKey key();

    /** Whether it is the connection with this key. */
    default boolean isFor(long remoteHi, long remoteLo, long localHi, long localLo, int ports) {
        FlowKey key = key();
        return key.ports() == ports && key.remoteLo() == remoteLo && key.localLo() == localLo
                && key.remoteHi() == remoteHi && key.localHi() == localHi;
    }

    /** What {@link #tableHash(int)} was given. */
    int tableHash();

    /** Keeps the hash that the table has made of the key. Called once, before the entry can be found. */
    void tableHash(int hash);

    /** After it has given way to a SYN: the least initial sequence number of the next incarnation (RFC 9293 §3.6.1, MAY-2). */
    int successorIss();
}
