package dev.weft.rfc;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A comment or a string of a source file: where prose is. Lines of {@code //} that follow each other are one remark.
 *
 * @param start offset of its first character
 * @param end offset after its last one
 * @param text without stars and slashes, on one line
 * @param kind what it is
 */
record Remark(int start, int end, String text, Kind kind) {

    enum Kind { COMMENT, HEADING, STRING }

    /** A heading between members begins with dashes: {@code // ---- RFC 8985 §6.2: loss by time}. */
    private static final Pattern HEADING = Pattern.compile("^-{3,}");
    private static final Pattern TOKENS = Pattern.compile("\"\"\"(?:\\\\.|(?!\"\"\").)*\"\"\"|\"(?:\\\\.|[^\"\\\\\n])*\""
            + "|'(?:\\\\.|[^'\\\\\n])+'|/\\*.*?\\*/|//[^\n]*(?:\n[ \t]*//[^\n]*)*", Pattern.DOTALL);
    private static final Pattern DECORATION = Pattern.compile("\\s*\n\\s*(?:\\*(?!/)|//)?\\s*|^/\\*+\\s*|\\s*\\*/$|^//\\s*");

    /** All of a source file, from its start to its end. */
    static List<Remark> of(String source) {
        var remarks = new ArrayList<Remark>();
        Matcher token = TOKENS.matcher(source);
        while (token.find()) {
            String text = token.group();
            if (text.startsWith("'")) {
                continue;
            }
            String prose = DECORATION.matcher(text).replaceAll(" ").strip();
            Kind kind = text.startsWith("\"") ? Kind.STRING : HEADING.matcher(prose).find() ? Kind.HEADING : Kind.COMMENT;
            remarks.add(new Remark(token.start(), token.end(), prose, kind));
        }
        return remarks;
    }
}
