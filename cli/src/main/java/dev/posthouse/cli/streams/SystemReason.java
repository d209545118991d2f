package dev.posthouse.cli.streams;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Map;

/** Why the system failed an operation, in plain words, as the end of a sentence. */
public final class SystemReason {

    /** What the system says, by its own words in small letters, where those do not say it to everybody. */
    private static final Map<String, String> PLAIN = Map.of(
            "broken pipe", "its reader has gone (broken pipe)",
            "bad file descriptor", "it is closed, or not open for this",
            "is a directory", "it is a directory",
            "not a directory", "a part of its path is no directory",
            "input/output error", "the device reports an error (input/output error)",
            "connection reset by peer", "the other end has reset it",
            "file too large", "the file would grow past the limit for files (file too large)");

    private SystemReason() {}

    /**
     * The reason of a failure.
     *
     * @return without a full stop and without the path: {@code no space left on device}
     */
    public static String of(IOException failure) {
        return switch (failure) {
            case NoSuchFileException e -> "there is no such file";
            case AccessDeniedException e -> "permission denied";
            case FileAlreadyExistsException e -> "it exists already";
            case NotDirectoryException e -> "a part of its path is no directory";
            case CharacterCodingException e -> "it is not UTF-8 text";
            case FileSystemException e when e.getReason() != null -> plain(e.getReason());
            default ->
                failure.getMessage() == null || failure.getMessage().isBlank()
                        ? failure.getClass().getSimpleName()
                        : plain(failure.getMessage());
        };
    }

    private static String plain(String words) {
        String known = PLAIN.get(words.toLowerCase(Locale.ROOT));
        if (known != null) {
            return known;
        }
        boolean sentence = words.length() > 1 && Character.isLowerCase(words.charAt(1));
        return sentence ? Character.toLowerCase(words.charAt(0)) + words.substring(1) : words;
    }
}
