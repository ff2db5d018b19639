package dev.weft.examples.line;

import dev.weft.device.memory.Bottleneck;
import dev.weft.device.memory.Impairment;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BiFunction;

/** One thing that a user can say about a direction of a line, as an option of the command line. */
public enum LineSetting {
    /** {@link Bottleneck#bitsPerSecond}. */
    RATE("BITS", "Bits a second: 500k, 10M, 1G; default: no limit. Frames are sent one after the other, Ethernet header "
            + "included, and wait for that in a queue.", LineSetting::rate),
    /** {@link Bottleneck#queueBytes} or {@link Bottleneck#queueFrames}. */
    QUEUE("SIZE", "How much waits before the rate at most, in bytes (25000, 64k) or in frames (100p); the newest is dropped. "
            + "Default: 1000p.", LineSetting::queue),
    /** {@link Bottleneck#markAbove}. */
    ECN("SIZE", "From how many waiting bytes on frames that can be marked are marked CE.",
            (line, text) -> line.bottleneck(line.bottleneck().markAbove(Quantity.bytes(text)))),
    /** {@link Impairment#delay}. */
    DELAY("TIME", "How long each frame travels: 10ms, 250us.",
            (line, text) -> line.delay(Quantity.time(text), line.jitter())),
    /** {@link Impairment#jitter}. */
    JITTER("TIME", "Up to how much longer, uniformly distributed; frames overtake each other.",
            (line, text) -> line.delay(line.delay(), Quantity.time(text))),
    /** {@link Impairment#inOrder}. */
    IN_ORDER("YES|NO", "Whether jitter lets no frame overtake another; default: no.",
            (line, text) -> line.inOrder(yes(text))),
    /** {@link Impairment#loss}. */
    LOSS("P", "How likely a frame is lost: 1%%, 0.01.", (line, text) -> line.loss(Quantity.share(text))),
    /** {@link Impairment#bursts}. */
    BURST("BEGIN,END[,P]", "Losses in bursts (Gilbert and Elliott): how likely a frame begins one, how likely a frame ends it, "
            + "how likely a frame within it is lost (default: 100%%). 0.1%%,20%% loses 5 frames of a thousand, 5 in a row.",
            LineSetting::burst),
    /** {@link Impairment#reorder}. */
    REORDER("P[,TIME]", "How likely a frame is held back, and for how long (default: 1ms), while later ones overtake it.",
            LineSetting::reorder),
    /** {@link Impairment#duplicate}. */
    DUPLICATE("P", "How likely a frame comes twice.", (line, text) -> line.duplicate(Quantity.share(text))),
    /** {@link Impairment#corrupt}. */
    CORRUPT("P", "How likely one bit of a frame is flipped.", (line, text) -> line.corrupt(Quantity.share(text)));

    private static final Duration HELD_BACK = Duration.ofMillis(1);

    private final String label;
    private final String description;
    private final BiFunction<Impairment, String, Impairment> effect;

    LineSetting(String label, String description, BiFunction<Impairment, String, Impairment> effect) {
        this.label = label;
        this.description = description;
        this.effect = effect;
    }

    /** The option's name without dashes: {@code in-order}. */
    public String option() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What stands for its value in a help text. */
    public String label() {
        return label;
    }

    /** What it does, for a help text. */
    public String description() {
        return description;
    }

    /**
     * The line with this setting.
     *
     * @throws IllegalArgumentException when {@code value} makes no sense; the message says what would
     */
    public Impairment applyTo(Impairment line, String value) {
        return effect.apply(line, value);
    }

    private static Impairment rate(Impairment line, String text) {
        Bottleneck old = line.bottleneck();
        return line.bottleneck(new Bottleneck(Quantity.rate(text), old.queueFrames(), old.queueBytes(), old.markAbove()));
    }

    private static Impairment queue(Impairment line, String text) {
        Bottleneck old = line.bottleneck();
        if (text.matches("[0-9]{1,9}p")) {
            int frames = Integer.parseInt(text.substring(0, text.length() - 1));
            return line.bottleneck(old.queueFrames(frames).queueBytes(Long.MAX_VALUE));
        }
        return line.bottleneck(old.queueFrames(Bottleneck.MOST_FRAMES).queueBytes(Quantity.bytes(text)));
    }

    private static Impairment burst(Impairment line, String text) {
        String[] parts = parts(text, 2, 3);
        double end = Quantity.share(parts[1]);
        if (end == 0) {
            throw new IllegalArgumentException("a burst that ends with probability 0 never does");
        }
        return line.bursts(Quantity.share(parts[0]), end, parts.length == 3 ? Quantity.share(parts[2]) : 1);
    }

    private static Impairment reorder(Impairment line, String text) {
        String[] parts = parts(text, 1, 2);
        return line.reorder(Quantity.share(parts[0]), parts.length == 2 ? Quantity.time(parts[1]) : HELD_BACK);
    }

    private static String[] parts(String text, int least, int most) {
        String[] parts = text.split(",", -1);
        if (parts.length < least || parts.length > most) {
            throw new IllegalArgumentException("\"" + text + "\" has " + parts.length + " parts, not " + least + " or " + most);
        }
        return parts;
    }

    private static boolean yes(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes" -> true;
            case "no" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is neither yes nor no");
        };
    }
}
