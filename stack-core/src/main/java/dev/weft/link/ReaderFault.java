package dev.weft.link;

/** What failed on a reader without ending it; each is a defect of the code that it called, logged and counted. */
enum ReaderFault {
    /** A handler threw: the frame it was given is dropped, the rest of the batch is handled (D7). */
    FRAME,
    /** A task for the end of a batch threw: what it would have sent is lost, the others run. */
    AFTER_BATCH,
    /** A timer threw as it fired; it is not scheduled any more unless it had done so itself. */
    TIMER,
    /** A task given to {@link LinkReader#execute} threw. */
    TASK,
    /** A listener threw when it was told that the link went up or down; the others are told. */
    LINK_LISTENER
}
