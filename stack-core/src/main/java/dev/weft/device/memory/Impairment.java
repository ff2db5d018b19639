package dev.weft.device.memory;

import java.time.Duration;
import java.util.Objects;

/**
 * What happens to the frames of one direction, in this order:
 * <pre>
 *   sent ─▶ lost? ─▶ bottleneck: queue, rate, mark CE ─▶ doubled? ─▶ delay, jitter, held back ─▶ damaged? ─▶ received
 * </pre>
 * So a frame that is lost takes no room in the queue and no time of the bottleneck, nor does a second copy.
 *
 * <p>Probabilities are from 0 to 1 and concern each frame independently, except that a burst remembers: from a good frame on,
 * each next one begins a burst with {@code burstBegin}, and each frame of a burst ends it with {@code burstEnd}; a frame of a
 * burst is lost with {@code burstLoss} (the model of Gilbert and Elliott).
 *
 * @param loss how likely a frame outside a burst is lost
 * @param burstBegin how likely a burst begins with a frame; bursts come every 1/{@code burstBegin} frames or so
 * @param burstEnd how likely a burst ends after a frame; bursts last 1/{@code burstEnd} frames in the mean
 * @param burstLoss how likely a frame within a burst is lost
 * @param duplicate how likely a frame comes twice; each copy has a delay of its own
 * @param reorder how likely a frame is held back by {@code reorderBy} more than the others, which overtake it
 * @param reorderBy for how long
 * @param delay how long each frame takes
 * @param jitter up to how much longer, uniformly distributed; later frames overtake when it is more than their distance
 * @param inOrder whether jitter never lets a frame overtake another: one that would waits for the one before it
 * @param corrupt how likely one bit of a frame, anywhere, is flipped. One: the Internet checksum finds each single flipped
 *     bit, two may cancel out, and then it would be no defect of a stack to deliver them
 * @param truncate how likely a frame loses its end, uniformly from all but one byte to one byte
 * @param bottleneck the rate and its queue
 */
public record Impairment(double loss, double burstBegin, double burstEnd, double burstLoss, double duplicate, double reorder,
                         Duration reorderBy, Duration delay, Duration jitter, boolean inOrder, double corrupt, double truncate,
                         Bottleneck bottleneck) {

    /** A perfect line. */
    public static final Impairment NONE =
            new Impairment(0, 0, 1, 0, 0, 0, Duration.ZERO, Duration.ZERO, Duration.ZERO, false, 0, 0, Bottleneck.NONE);

    /** Checks the ranges. */
    public Impairment {
        checkProbability("loss", loss);
        checkProbability("burstBegin", burstBegin);
        checkProbability("burstEnd", burstEnd);
        checkProbability("burstLoss", burstLoss);
        checkProbability("duplicate", duplicate);
        checkProbability("reorder", reorder);
        checkProbability("corrupt", corrupt);
        checkProbability("truncate", truncate);
        checkDuration("reorderBy", reorderBy);
        checkDuration("delay", delay);
        checkDuration("jitter", jitter);
        Objects.requireNonNull(bottleneck, "bottleneck");
    }

    /** With this loss. */
    public Impairment loss(double probability) {
        return new Impairment(probability, burstBegin, burstEnd, burstLoss, duplicate, reorder, reorderBy, delay, jitter,
                inOrder, corrupt, truncate, bottleneck);
    }

    /** With bursts. */
    public Impairment bursts(double begin, double end, double lossWithin) {
        return new Impairment(loss, begin, end, lossWithin, duplicate, reorder, reorderBy, delay, jitter, inOrder, corrupt,
                truncate, bottleneck);
    }

    /** With duplicates. */
    public Impairment duplicate(double probability) {
        return new Impairment(loss, burstBegin, burstEnd, burstLoss, probability, reorder, reorderBy, delay, jitter, inOrder,
                corrupt, truncate, bottleneck);
    }

    /** With frames held back. */
    public Impairment reorder(double probability, Duration by) {
        return new Impairment(loss, burstBegin, burstEnd, burstLoss, duplicate, probability, by, delay, jitter, inOrder,
                corrupt, truncate, bottleneck);
    }

    /** With this delay, and up to {@code newJitter} more. */
    public Impairment delay(Duration newDelay, Duration newJitter) {
        return new Impairment(loss, burstBegin, burstEnd, burstLoss, duplicate, reorder, reorderBy, newDelay, newJitter,
                inOrder, corrupt, truncate, bottleneck);
    }

    /** With jitter that lets frames overtake each other, or does not. */
    public Impairment inOrder(boolean keep) {
        return new Impairment(loss, burstBegin, burstEnd, burstLoss, duplicate, reorder, reorderBy, delay, jitter, keep,
                corrupt, truncate, bottleneck);
    }

    /** With flipped bits. */
    public Impairment corrupt(double probability) {
        return new Impairment(loss, burstBegin, burstEnd, burstLoss, duplicate, reorder, reorderBy, delay, jitter, inOrder,
                probability, truncate, bottleneck);
    }

    /** With cut frames. */
    public Impairment truncate(double probability) {
        return new Impairment(loss, burstBegin, burstEnd, burstLoss, duplicate, reorder, reorderBy, delay, jitter, inOrder,
                corrupt, probability, bottleneck);
    }

    /** With this bottleneck. */
    public Impairment bottleneck(Bottleneck newBottleneck) {
        return new Impairment(loss, burstBegin, burstEnd, burstLoss, duplicate, reorder, reorderBy, delay, jitter, inOrder,
                corrupt, truncate, newBottleneck);
    }

    private static void checkProbability(String what, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " is a probability from 0 to 1, not " + value);
        }
    }

    private static void checkDuration(String what, Duration value) {
        if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException(what + " is a time of at most a day, not " + value);
        }
    }
}
