package dev.posthouse.interop.transfers;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Blocks of code as they are printed in a document of this tree: what runs here is what a reader copies. */
final class DocumentedConfiguration {

    private static final Pattern BLOCK = Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    private final String text;
    private final String where;

    private DocumentedConfiguration(String text, String where) {
        this.text = text;
        this.where = where;
    }

    /** The n-th block of that language in the section with that heading, counted from 0; language "" for none. */
    static DocumentedConfiguration block(String document, String heading, String language, int n) throws IOException {
        String where = document + ", \"" + heading + "\", block " + n + " of \"" + language + '"';
        List<String> found = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(section(Files.readString(Posthouse.root().resolve(document)), heading, where));
        while (blocks.find()) {
            if (blocks.group(1).equals(language)) {
                found.add(blocks.group(2));
            }
        }
        if (found.size() <= n) {
            throw new AssertionError("not there: " + where);
        }
        return new DocumentedConfiguration(found.get(n), where);
    }

    /** Lines of a section that are indented by four blanks, without them. */
    static List<String> indented(String document, String heading) throws IOException {
        String where = document + ", \"" + heading + '"';
        return section(Files.readString(Posthouse.root().resolve(document)), heading, where)
                .lines()
                .filter(line -> line.startsWith("    "))
                .map(String::strip)
                .toList();
    }

    private static String section(String all, String heading, String where) {
        Matcher start = Pattern.compile("^## " + Pattern.quote(heading) + "$", Pattern.MULTILINE)
                .matcher(all);
        if (!start.find()) {
            throw new AssertionError("no such heading: " + where);
        }
        int end = all.indexOf("\n## ", start.end());
        return all.substring(start.end(), end < 0 ? all.length() : end);
    }

    /**
     * Puts a port or path of this machine in the place of the printed one.
     *
     * @throws AssertionError if it is not printed there
     */
    DocumentedConfiguration with(String printed, String here) {
        if (!text.contains(printed)) {
            throw new AssertionError("it does not print " + printed + ": " + where + "\n" + text);
        }
        return new DocumentedConfiguration(text.replace(printed, here), where);
    }

    String text() {
        return text;
    }
}
