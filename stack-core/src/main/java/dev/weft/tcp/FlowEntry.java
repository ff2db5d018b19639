package dev.weft.tcp;

/** What a {@link FlowTable} finds: it has a key and remembers its hash, so that the table can grow without hashing again. */
interface FlowEntry {

    /** Which connection it is; never changes. */
    FlowKey key();

    /** What {@link #tableHash(int)} was given. */
    int tableHash();

    /** Keeps the hash that the table has made of the key. Called once, before the entry can be found. */
    void tableHash(int hash);
}
