package dev.weft.examples.scale;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Fills, looks, closes, and says what it saw. */
public final class ScaleBench {

    private static final int COLD = 5_000;
    private static final int SLICES = 10;
    private static final int WARM_UP_ROUNDS = 3;
    /** After so long an idle end is asleep. */
    private static final long SLEEPS_AFTER_MILLIS = 3_000;

    private final PrintStream out;
    private final boolean tap;
    private final int histogram;
    private final List<String> figures = new ArrayList<>();
    private int ends;

    /**
     * A measurement of a stack on a TAP, or of two on a cable.
     *
     * @param histogram how many lines of it to show, 0 for none
     */
    public ScaleBench(PrintStream out, boolean tap, int histogram) {
        this.out = out;
        this.tap = tap;
        this.histogram = histogram;
    }

    /** @param json where the figures go, null for nowhere */
    public void run(int connections, int warmUp, Path json) throws Exception {
        int most = Math.max(COLD, Math.max(connections, warmUp));
        try (Scale scale = tap ? new TapScale(most) : new CableScale(most)) {
            ends = scale.ends();
            Footprint empty = Footprint.take();
            scale.open(COLD, COLD, _ -> { });
            Thread.sleep(SLEEPS_AFTER_MILLIS);
            tell("cold", COLD, Footprint.take().minus(empty).dividedBy(ends * COLD));
            scale.closeAll();
            for (int i = 0; i < WARM_UP_ROUNDS && warmUp > 0; i++) {
                scale.open(warmUp, warmUp, _ -> { });
                scale.closeAll();
            }
            int before = scale.left();
            Footprint warm = Footprint.take();
            fill(scale, connections);
            Thread.sleep(SLEEPS_AFTER_MILLIS);
            tell("warm", connections, Footprint.take().minus(warm).dividedBy(ends * connections));
            if (histogram > 0) {
                out.println(Footprint.histogram(histogram));
            }
            long began = System.nanoTime();
            scale.closeAll();
            say("close", "%.2f s for %d connections", (System.nanoTime() - began) / 1e9, connections);
            Footprint closed = Footprint.take().minus(warm);
            int waiting = scale.left() - before;
            if (waiting > 0) {
                say("timeWait", "%d connections in TIME-WAIT, %d B of heap each", waiting, closed.heap() / waiting);
            }
            long stackBegan = System.nanoTime();
            Runnable end = scale::close; // here and not where the block ends: it is measured
            end.run();
            say("stackClose", "%.2f s for the stacks", (System.nanoTime() - stackBegan) / 1e9);
        }
        write(json);
    }

    private void fill(Scale scale, int connections) throws Exception {
        var rates = new ArrayList<String>();
        long[] last = {System.nanoTime()};
        int slice = Math.max(1, connections / SLICES);
        scale.open(connections, slice, _ -> {
            long now = System.nanoTime();
            rates.add(String.format(Locale.ROOT, "%.0f", slice / ((now - last[0]) / 1e9)));
            last[0] = now;
        });
        say("rate", "%s connections/s, by tenths of the way", String.join(" ", rates));
    }

    private void tell(String name, int connections, Footprint end) {
        say(name, "%d connections: %d B of heap, %d B of buffers, %d B of the JVM's own, %d B resident, for each end",
                connections, end.heap(), end.buffers(), end.internal(), end.resident());
    }

    private void say(String name, String format, Object... values) {
        String text = String.format(Locale.ROOT, format, values);
        out.println(name + ": " + text);
        out.flush();
        figures.add("  \"" + name + "\": \"" + text + "\"");
    }

    private void write(Path json) throws IOException {
        if (json != null) {
            Files.writeString(json, "{\n" + String.join(",\n", figures) + "\n}\n");
        }
    }
}
