package dev.weft.runtime;

/**
 * Where calls that may suspend are forbidden: on a thread that runs frames or timers, which would otherwise wait for an
 * answer that only it can bring (D2). The reader binds itself for its whole life with {@link #forbid}; each call that may
 * suspend begins with {@link #check}.
 */
public final class Suspension {

    private static final ScopedValue<String> FORBIDDEN_ON = ScopedValue.newInstance();

    private Suspension() {
    }

    /**
     * Says that the caller is about to do what may suspend.
     *
     * @param what the call as the programmer knows it, such as {@code Arp.query}
     * @throws IllegalStateException on a thread where that is forbidden, whether it would have suspended or not
     */
    public static void check(String what) {
        if (FORBIDDEN_ON.isBound()) {
            throw new IllegalStateException(what + " may suspend and was called on " + FORBIDDEN_ON.get()
                    + ", which carries the frames it would wait for; call it on a thread of your own");
        }
    }

    /** Whether the calling thread may suspend. */
    public static boolean isForbidden() {
        return FORBIDDEN_ON.isBound();
    }

    /**
     * Runs {@code body} on the calling thread with suspension forbidden in it.
     *
     * @param role who the thread is, for the message: {@code the reader of eth0}
     */
    public static void forbid(String role, Runnable body) {
        ScopedValue.where(FORBIDDEN_ON, role).run(body);
    }
}
