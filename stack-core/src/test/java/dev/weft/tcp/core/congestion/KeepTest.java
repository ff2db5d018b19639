package dev.weft.tcp.core.congestion;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.tcp.core.memo.Memo;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A congestion control comes back from a sleep as it was, whatever it was: also in states that simulations of idle ends seldom see. */
class KeepTest {

    @ParameterizedTest
    @EnumSource
    void everyFieldComesBack(CongestionAlgorithm algorithm) throws IllegalAccessException {
        var random = new Random(1);
        for (int i = 0; i < 100; i++) {
            CongestionControl before = algorithm.create(1);
            walk(before, random, null);
            Memo memo = Memo.blank();
            before.keep(memo);
            CongestionControl after = algorithm.create(2);
            after.keep(Memo.of(memo.bytes()));
            var expected = new ArrayList<String>();
            walk(before, null, expected);
            var found = new ArrayList<String>();
            walk(after, null, found);
            assertThat(found).hasSizeGreaterThan(4).isEqualTo(expected);
        }
    }

    /** Changes all fields by chance, or says what they are. */
    private static void walk(Object object, Random random, List<String> out) throws IllegalAccessException {
        for (Class<?> type = object.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                field.setAccessible(true);
                if (Modifier.isFinal(field.getModifiers())) {
                    walk(field.get(object), random, out);
                } else if (random != null) {
                    field.set(object, any(field.getType(), random));
                } else {
                    out.add(field + " is " + field.get(object));
                }
            }
        }
    }

    private static Object any(Class<?> type, Random random) {
        return switch (type.getName()) {
            case "boolean" -> random.nextBoolean();
            case "int" -> random.nextInt();
            case "long" -> random.nextLong();
            case "double" -> random.nextGaussian();
            default -> type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
        };
    }
}
