package dev.weft.rfc;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads {@code RFC 6298 §5.4 to §5.7, §3}: prose to the sections it cites. */
final class Citation {

    private static final Pattern WORDS = Pattern.compile("\\bRFC ?(?<rfc>\\d{3,5})\\b|\\b(?<draft>draft(?:-[a-z][a-z0-9]*)+)\\b"
            + "|\\b(?<other>STYLE|DESIGN|API|IEEE|D\\d+)\\b|(?<to>to |through |[-–] ?)?§§? ?(?<section>[0-9A-Z]+(?:\\.[0-9]+)*)");

    private Citation() {
    }

    /**
     * The sections cited. A number without a document belongs to the one named before it, and at the start of the text to
     * {@code home}; that may be null, and such numbers are then nobody's. A document alone is cited where no section of it is.
     */
    static List<Section> in(String text, String home) {
        var found = new ArrayList<Section>();
        String document = home;
        boolean open = false;                        // a document is named, and no section of it yet
        Matcher word = WORDS.matcher(text);
        while (word.find()) {
            if (word.group("section") == null) {
                close(found, document, open);
                document = named(word);
                open = document != null;
            } else if (document != null) {
                open = false;
                if (word.group("to") != null && !found.isEmpty()) {
                    fill(found, word.group("section"));
                }
                found.add(new Section(document, word.group("section")));
            }
        }
        close(found, document, open);
        return found;
    }

    private static void close(List<Section> found, String document, boolean open) {
        if (open) {
            found.add(new Section(document, ""));
        }
    }

    private static String named(Matcher word) {
        return word.group("rfc") != null ? "RFC " + word.group("rfc") : word.group("draft");
    }

    /** §5.4 to §5.7 means §5.5 as well. */
    private static void fill(List<Section> found, String last) {
        Section first = found.getLast();
        int dot = first.number().lastIndexOf('.') + 1;
        String prefix = first.number().substring(0, dot);
        String tail = first.number().substring(dot);
        if (!last.startsWith(prefix) || !last.substring(dot).matches("\\d{1,3}") || !tail.matches("\\d{1,3}")) {
            return;
        }
        for (int i = Integer.parseInt(tail) + 1; i < Integer.parseInt(last.substring(dot)); i++) {
            found.add(new Section(first.document(), prefix + i));
        }
    }

    /** The document that a file's sections without a name belong to: the first that it names. */
    static String home(List<Remark> remarks) {
        for (Remark remark : remarks) {
            Matcher word = WORDS.matcher(remark.text());
            while (word.find()) {
                if (word.group("rfc") != null || word.group("draft") != null) {
                    return named(word);
                }
            }
        }
        return null;
    }
}
