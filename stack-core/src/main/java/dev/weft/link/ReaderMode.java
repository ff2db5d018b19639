package dev.weft.link;

/** What kind of thread the reader of a device is (D6). */
public enum ReaderMode {

    /**
     * A platform thread, the default: CPU-bound virtual threads never keep it from its device. Unparking a virtual thread
     * from it costs some 7 µs.
     */
    PLATFORM,

    /**
     * A virtual thread that yields before it waits, so that whoever it woke runs at once on the same carrier. It competes with
     * the application for carriers; where the device waits in a native call it holds one, which is allowed only as long as
     * the scheduler has more carriers than there are such readers in the JVM. On a device in memory it holds none, and whole
     * programs run on a scheduler of a test's choice.
     */
    VIRTUAL
}
