package dev.weft.examples.iperf;

import java.io.PrintStream;

/** How results are to be shown. */
public record Reporting(PrintStream out, boolean json) {

    /** What the other end is told; it names the version of iperf3 whose protocol is spoken. */
    static final String VERSION = "3.12 (Weft)";

    Report open() {
        return json ? new JsonReport(out, "iperf " + VERSION) : new TextReport(out);
    }
}
