package dev.weft.runtime;

/** What the failure of one daemon means for the others of its {@link DaemonScope}. */
public enum FailurePolicy {

    /** The scope closes: the daemons need each other, as those of a stack do. */
    CANCEL_ALL,

    /** The others go on: one connection's handler has nothing to do with the next one's. */
    KEEP_GOING
}
