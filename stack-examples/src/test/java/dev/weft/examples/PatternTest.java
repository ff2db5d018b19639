package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {

    @Test
    void writesByteIAsIModulo251() throws IOException {
        var out = new ByteArrayOutputStream();
        Pattern.write(out, 200_000);
        byte[] bytes = out.toByteArray();
        assertThat(bytes).hasSize(200_000);
        for (int i = 0; i < bytes.length; i++) {
            assertThat(bytes[i]).isEqualTo((byte) (i % 251));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 250, 251, 5_000_000_000L})
    void findsTheFirstByteThatIsNotOfThePattern(long position) {
        byte[] bytes = new byte[150_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Pattern.at(position + i);
        }
        assertThat(Pattern.mismatch(bytes, bytes.length, position)).isEqualTo(-1);
        assertThat(Pattern.mismatch(bytes, bytes.length, position + 1)).isZero();
        for (int at : new int[] {0, 7, 64_256, 149_999}) {
            bytes[at]++;
            assertThat(Pattern.mismatch(bytes, bytes.length, position)).isEqualTo(at);
            assertThat(Pattern.mismatch(bytes, at, position)).isEqualTo(-1);
            bytes[at]--;
        }
    }
}
