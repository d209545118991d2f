package dev.posthouse.cli.arguments;

import java.util.List;

/** Words of one kind in a sentence. */
public final class WordList {

    private WordList() {}

    /** "a", "a or b", "a, b or c". */
    public static String of(List<String> words, String conjunction) {
        if (words.size() < 2) {
            return String.join("", words);
        }
        return String.join(", ", words.subList(0, words.size() - 1)) + " " + conjunction + " " + words.getLast();
    }
}
