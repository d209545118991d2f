package dev.posthouse.net;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/** Why a file that somebody named cannot be read, in words: what the JDK throws is often the path and nothing else. */
public final class FileFailure {

    private FileFailure() {}

    /**
     * A clause that names the file and the reason.
     *
     * @param file as it was named
     * @param e what reading it threw
     */
    public static String words(Path file, IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no file " + file;
            case AccessDeniedException denied ->
                file + " cannot be read: permission denied to the user "
                        + System.getProperty("user.name", "of this process");
            case CharacterCodingException encoding -> file + " is not UTF-8 text";
            default ->
                Files.isDirectory(file) ? file + " is a directory, not a file" : file + " cannot be read: " + reason(e);
        };
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException system
                ? Objects.requireNonNullElse(
                        system.getReason(), system.getClass().getSimpleName())
                : String.valueOf(e.getMessage());
    }
}
