package dev.weft.wire;

/**
 * What a parser gives: the value, or the reason why there is none.
 *
 * @param <T> the type of the value
 */
public sealed interface Parsed<T> {

    /**
     * The bytes are a legal packet.
     *
     * @param value what they say
     */
    record Ok<T>(T value) implements Parsed<T> {
    }

    /**
     * The bytes are not a legal packet.
     *
     * @param reason what is wrong with them
     */
    record Bad<T>(Defect reason) implements Parsed<T> {
    }

    /**
     * The value, for who has no use for bytes that are not legal.
     *
     * @throws IllegalArgumentException if there is none; the message names the defect
     */
    default T orElseThrow() {
        return switch (this) {
            case Ok<T>(T value) -> value;
            case Bad<T>(Defect reason) -> throw new IllegalArgumentException(
                    "not a legal packet: " + reason.getClass().getSimpleName() + " " + reason.name());
        };
    }
}
