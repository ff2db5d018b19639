package dev.weft.rfc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each rule has a test that cites it: {@code RFC.md} says which, and says the truth. */
class RfcTableTest {

    private static final Path PAGE = Path.of("RFC.md");
    private static final Path MAIN = Path.of("src/main/java");
    private static final Path CORE = MAIN.resolve("dev/weft/tcp/core");

    private static RfcTable table;

    @BeforeAll
    static void read() throws IOException {
        table = RfcTable.read(MAIN, Path.of("src/test/java"));
        Files.writeString(Path.of("target/rfc-coverage.md"), table.page(true));
        System.out.println(table.summary(CORE));
        if (System.getProperty("rfc.renew") != null) {
            Files.writeString(PAGE, table.page(false));
        }
    }

    @Test
    void listsNoTestThatIsGone() throws IOException {
        assertThat(table.outdated(Files.readString(PAGE)))
                .as("RFC.md lists classes that are gone, or sections that no test cites any more: mvn -o -q -pl stack-core test"
                        + " -Dtest=RfcTableTest -Drfc.renew").isEmpty();
    }

    @Test
    void findsATestForEachSectionThatTheConnectionCites() {
        assertThat(table.gaps(CORE)).as("no test cites these: name the section in the comment of the test that proves it")
                .isEmpty();
    }
}
