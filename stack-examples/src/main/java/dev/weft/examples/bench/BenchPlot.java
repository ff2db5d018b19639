package dev.weft.examples.bench;

import java.util.List;
import java.util.Locale;

/** The ratios to the kernel's figures as an SVG: a bar for the median, a line for the spread, a mark for what is expected. */
final class BenchPlot {

    private static final int LEFT = 330;
    private static final int WIDTH = 480;
    private static final int RIGHT = 90;
    private static final int TOP = 56;
    private static final int STEP = 22;
    private static final int BAR = 12;
    private static final double LEAST_RANGE = 1.25;
    private static final double MOST_RANGE = 3;

    private BenchPlot() {
    }

    static String svg(List<BenchResult> results, String machine) {
        double range = Math.clamp(results.stream().mapToDouble(BenchResult::most).max().orElse(1), LEAST_RANGE, MOST_RANGE);
        int height = TOP + STEP * results.size() + 34;
        var out = new StringBuilder(String.format(Locale.ROOT, """
                <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="12" y="20" font-size="15">Weft over TAP, in relation to the kernel over veth in the same run (more is better)</text>
                <text x="12" y="38" fill="#555">%s</text>
                """, LEFT + WIDTH + RIGHT, height, escaped(machine)));
        for (int tenths = 0; tenths <= range * 10; tenths += 5) {
            double x = LEFT + tenths / 10.0 / range * WIDTH;
            line(out, x, TOP - 4, x, height - 26, tenths == 10 ? "#000" : "#ddd", 1);
            out.append(String.format(Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>%n", x, height - 10, tenths / 10.0));
        }
        for (int i = 0; i < results.size(); i++) {
            bar(out, results.get(i), TOP + i * STEP, range);
        }
        return out.append("</svg>\n").toString();
    }

    private static void bar(StringBuilder out, BenchResult result, int y, double range) {
        String label = result.row().title() + ", " + (result.pinned() ? "pinned" : "free")
                + (result.subject().equals(BenchLab.WEFT) ? "" : ": " + result.subject());
        int middle = y + STEP / 2;
        out.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LEFT - 8, middle + 4, escaped(label)));
        out.append(String.format(Locale.ROOT, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n", LEFT, middle - BAR / 2,
                scaled(result.ratio(), range), BAR, result.isShort() ? "#d98a3d" : "#4a86c5"));
        line(out, LEFT + scaled(result.least(), range), middle, LEFT + scaled(result.most(), range), middle, "#222", 2);
        if (result.expected() > 0) {
            double x = LEFT + scaled(result.expected(), range);
            line(out, x, middle - STEP / 2.0 + 2, x, middle + STEP / 2.0 - 2, "#b00", 2);
        }
        out.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">%.2f</text>%n", LEFT + WIDTH + 10, middle + 4, result.ratio()));
    }

    private static double scaled(double ratio, double range) {
        return Math.min(ratio, range) / range * WIDTH;
    }

    private static void line(StringBuilder out, double x1, double y1, double x2, double y2, String colour, int width) {
        out.append(String.format(Locale.ROOT, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%d\"/>%n",
                x1, y1, x2, y2, colour, width));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
