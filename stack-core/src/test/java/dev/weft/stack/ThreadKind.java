package dev.weft.stack;

/** On what a test runs its blocking calls: Weft promises the same on both (D9). */
public enum ThreadKind {
    VIRTUAL, PLATFORM;

    /** A thread that has not been started. */
    public Thread unstarted(Runnable body) {
        return this == VIRTUAL ? Thread.ofVirtual().unstarted(body) : Thread.ofPlatform().daemon().unstarted(body);
    }
}
