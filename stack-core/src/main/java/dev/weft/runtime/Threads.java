package dev.weft.runtime;

/**
 * The only place where threads are made. A virtual thread made by a virtual thread runs on its maker's scheduler; that
 * is how a whole stack opened on a laboratory's scheduler stays there.
 */
public final class Threads {

    private Threads() {
    }

    /**
     * A virtual thread, not started. An exception that leaves {@code body} goes to the default handler.
     *
     * @param name what thread dumps and leak tests know it by; the stack's begin with the stack's name
     */
    public static Thread virtual(String name, Runnable body) {
        return Thread.ofVirtual().name(name).unstarted(body);
    }

    /**
     * A platform thread that does not keep the JVM alive, not started: for a reader that blocks in native calls, which
     * would otherwise pin a carrier.
     */
    public static Thread platform(String name, Runnable body) {
        return Thread.ofPlatform().name(name).daemon(true).unstarted(body);
    }
}
