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

    private final PrintStream out;
    private final int histogram;
    private final List<String> figures = new ArrayList<>();

    /** @param histogram how many lines of it to show, 0 for none */
    public ScaleBench(PrintStream out, int histogram) {
        this.out = out;
        this.histogram = histogram;
    }

    /** @param json where the figures go, null for nowhere */
    public void run(int connections, int warmUp, Path json) throws Exception {
        try (var cable = new CableScale(Math.max(COLD, Math.max(connections, warmUp)))) {
            Footprint empty = Footprint.take();
            cable.open(COLD, COLD, _ -> { });
            tell("cold", COLD, Footprint.take().minus(empty).dividedBy(2 * COLD));
            cable.closeAll();
            for (int i = 0; i < WARM_UP_ROUNDS && warmUp > 0; i++) {
                cable.open(warmUp, warmUp, _ -> { });
                cable.closeAll();
            }
            int before = cable.left();
            Footprint warm = Footprint.take();
            fill(cable, connections);
            tell("warm", connections, Footprint.take().minus(warm).dividedBy(2 * connections));
            if (histogram > 0) {
                out.println(Footprint.histogram(histogram));
            }
            long began = System.nanoTime();
            cable.closeAll();
            say("close", "%.2f s for %d connections, both ends", (System.nanoTime() - began) / 1e9, connections);
            Footprint closed = Footprint.take().minus(warm);
            int waiting = cable.left() - before;
            say("timeWait", "%d connections in TIME-WAIT, %d B of heap each", waiting, closed.heap() / Math.max(1, waiting));
            long stackBegan = System.nanoTime();
            Runnable end = cable::close; // here and not where the block ends: it is measured
            end.run();
            say("stackClose", "%.2f s for both stacks", (System.nanoTime() - stackBegan) / 1e9);
        }
        write(json);
    }

    private void fill(CableScale cable, int connections) throws Exception {
        var rates = new ArrayList<String>();
        long[] last = {System.nanoTime()};
        int slice = Math.max(1, connections / SLICES);
        cable.open(connections, slice, _ -> {
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
