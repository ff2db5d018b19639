package dev.weft.rfc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the table of RFC sections cannot claim more than sources say, nor less. The examples cite a document that is none. */
class CitationTest {

    private static final String RFC = "RF" + "C 99999";

    @TempDir
    Path directory;

    @Test
    void readsSectionsAfterTheirDocument() {
        assertThat(cited(RFC + " §5.2 and §6, as RF" + "C 99998 §1.2.3. says (§4)", null))
                .containsExactly("99999 §5.2", "99999 §6", "99998 §1.2.3", "99998 §4");
    }

    @Test
    void fillsInWhatLiesBetweenTwoSections() {
        assertThat(cited(RFC + " §5.4 to §5.7", null)).containsExactly("99999 §5.4", "99999 §5.5", "99999 §5.6", "99999 §5.7");
        assertThat(cited(RFC + " §5 to §6.2", null)).containsExactly("99999 §5", "99999 §6.2");
    }

    @Test
    void citesTheWholeWhereNoSectionIsNamed() {
        assertThat(cited(RFC + ": a rule", null)).containsExactly("99999");
        assertThat(cited(RFC + ", RF" + "C 99998 §2", null)).containsExactly("99999", "99998 §2");
    }

    @Test
    void givesSectionsWithoutADocumentToThatOfTheFileAndElseToNone() {
        assertThat(cited("§3: a rule", RFC)).containsExactly("99999 §3");
        assertThat(cited("§3: a rule", null)).isEmpty();
        assertThat(cited("STYLE §3: a habit", RFC)).isEmpty();
    }

    @Test
    void readsProseAloneAndNotCode() {
        var remarks = Remark.of("""
                int a; // one
                // and two
                char c = '"'; /* three */ String s = "four // and";
                """);
        assertThat(remarks).extracting(Remark::text).containsExactly("one and two", "three", "\"four // and\"");
    }

    @Test
    void givesACitationToTheTestThatItStandsIn() throws IOException {
        assertThat(proofs("""
                /** @1. §1 */
                class A {
                    // a helper's: @1. §2
                    int helper() { return 0; }
                    /** @1. §3 */
                    @Test void before() { }
                    @Test void inside() { /* @1. §4 */ }
                    @Test @DisplayName("@1. §5") void named() { }
                    // ---- @1. §6
                    @Test void below() { }
                    void neither() { }
                    @Test void andBelow() { }
                    // ---- others
                    @Test void other() { }
                }""")).containsExactlyInAnyOrder("§1 A.", "§3 A.before", "§4 A.inside", "§5 A.named", "§6 A.below",
                "§6 A.andBelow");
    }

    @Test
    void takesNothingFromAClassWithoutTests() throws IOException {
        assertThat(proofs("/** @1. §1 */ class Kit { /** @1. §3 */ void notATest() { } }")).isEmpty();
    }

    @Test
    void findsWhatCodeCitesAndNoTestDoes() throws IOException {
        var code = RfcTable.places(Path.of("core/A.java"), example("// @1. §7: one\n// @1. §8.2: a branch\n// @1.: all\n/* Deviation: not @1. §9 */"));
        var table = new RfcTable(code, proofsOf("class T { /** @1. §7.1 */ @Test void t() { } /** @1. §8 */ @Test void u() { } }"), Set.of("T"));
        assertThat(table.gaps(Path.of("core"))).hasToString("[core/A.java:1 cites " + RFC + " §8.2]");
        assertThat(table.gaps(Path.of("elsewhere"))).isEmpty();
    }

    @Test
    void noticesThatAPageListsATestThatIsGone() throws IOException {
        var old = new RfcTable(List.of(), proofsOf("class T { @Test void t() { /* @1. §7 */ } @Test void u() { /* @1. */ } }"), Set.of("T"));
        var now = new RfcTable(List.of(), proofsOf("class T { @Test void v() { /* @1. §8 */ } @Test void w() { /* @1. */ } }"), Set.of("T"));
        var gone = new RfcTable(List.of(), proofsOf("class V { @Test void v() { /* @1. §7 */ } @Test void w() { /* @1. */ } }"), Set.of("V"));
        assertThat(now.outdated(old.page(false))).containsExactly(RFC + " §7: T");
        assertThat(gone.outdated(old.page(false))).containsExactly(RFC + ": T", RFC + " §7: T");
        assertThat(old.outdated(old.page(false))).isEmpty();
        assertThat(old.page(true)).contains("`T`: t", "`T`: u");
    }

    private static List<String> cited(String text, String home) {
        return Citation.in(text, home).stream().map(section -> section.toString().substring(4)).toList();
    }

    private List<String> proofs(String source) throws IOException {
        return proofsOf(source).stream().map(p -> "§" + p.section().number() + " " + p.type() + "." + p.method()).toList();
    }

    private List<TestSource.Proof> proofsOf(String source) throws IOException {
        Path file = Files.createTempFile(directory, "Example", ".java");
        Files.writeString(file, example(source));
        return TestSource.proofs(List.of(file));
    }

    private static String example(String source) {
        return source.replace("@1.", RFC);
    }
}
