package dev.posthouse.cli.streams;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the descriptors 0 to 2 this process was started without. The system gives a new file the lowest number that is
 * free, so where one is missing the JDK's own archive of classes becomes "standard input", and a socket may become "standard
 * error".
 *
 * <p>The launcher knows before any file is opened: it puts the null device there and names them in the property
 * {@value #PROPERTY}, which is empty if none is missing. Without the property the process looks for itself. A descriptor is
 * missing if there is none, or if it cannot have been inherited: it is marked to be closed when a program is started, or is
 * a file that the JDK opens at its start.
 */
final class Descriptors {

    /** Digits of the descriptors that were closed when the launcher started. */
    static final String PROPERTY = "posthouse.closed";

    private static final Path OPEN = Path.of("/dev/fd");

    private static final Path INFORMATION = Path.of("/proc/self/fdinfo");

    /** O_CLOEXEC, where {@link #INFORMATION} exists. */
    private static final int CLOSED_AT_EXEC = 02000000;

    private static final int ACCESS = 3;

    private static final int READ_ONLY = 0;

    private static final int WRITE_ONLY = 1;

    private final boolean[] missing;

    private Descriptors(boolean[] missing) {
        this.missing = missing;
    }

    /**
     * Looks at them, and opens the null device where there is none, so that nothing that is opened later takes the place. For
     * the beginning of the process: later files would be mistaken for inherited ones.
     */
    static Descriptors settle() {
        Optional<String> told = Optional.ofNullable(System.getProperty(PROPERTY));
        boolean[] missing = new boolean[3];
        Set<Object> own = told.isPresent() || !Files.isDirectory(OPEN) ? Set.of() : ownFiles();
        int free = 0;
        for (int number = 0; number < missing.length; number++) {
            if (told.isPresent()) {
                missing[number] = told.get().indexOf('0' + number) >= 0;
            } else if (!exists(number)) {
                missing[number] = true;
                free++;
            } else {
                missing[number] = isClosedAtExec(number) || isOneOf(own, number);
            }
        }
        occupy(free);
        return new Descriptors(missing);
    }

    /** Whether the process was started without it. */
    boolean isMissing(int number) {
        return missing[number];
    }

    /** Whether it is open, but not for reading, as far as the system tells. */
    static boolean isWriteOnly(int number) {
        return flags(number).map(flags -> (flags & ACCESS) == WRITE_ONLY).orElse(false);
    }

    /** Whether it is open, but not for writing, as far as the system tells. */
    static boolean isReadOnly(int number) {
        return flags(number).map(flags -> (flags & ACCESS) == READ_ONLY).orElse(false);
    }

    /** Whether it is a directory, as far as the system tells. */
    static boolean isDirectory(int number) {
        return Files.isDirectory(OPEN.resolve(Integer.toString(number)));
    }

    private static boolean exists(int number) {
        if (!Files.isDirectory(OPEN)) {
            return true;
        }
        try {
            Files.readAttributes(
                    OPEN.resolve(Integer.toString(number)), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            // Whatever it is, it is something.
            return true;
        }
    }

    private static boolean isClosedAtExec(int number) {
        return flags(number).map(flags -> (flags & CLOSED_AT_EXEC) != 0).orElse(false);
    }

    private static Optional<Integer> flags(int number) {
        try {
            return Files.readString(INFORMATION.resolve(Integer.toString(number)))
                    .lines()
                    .filter(line -> line.startsWith("flags:"))
                    .map(line ->
                            Integer.parseInt(line.substring("flags:".length()).strip(), 8))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isOneOf(Set<Object> files, int number) {
        return key(OPEN.resolve(Integer.toString(number))).map(files::contains).orElse(false);
    }

    /** Device and number of the files that the JDK keeps open from its start. */
    private static Set<Object> ownFiles() {
        var files = new HashSet<Object>();
        key(Path.of(System.getProperty("java.home"), "lib", "modules")).ifPresent(files::add);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            key(Path.of(entry)).ifPresent(files::add);
        }
        return files;
    }

    private static Optional<Object> key(Path file) {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Kept for as long as the process runs: a stream that is collected closes its descriptor. */
    private static final List<FileInputStream> OCCUPYING = new ArrayList<>();

    private static void occupy(int free) {
        try {
            for (int i = 0; i < free; i++) {
                OCCUPYING.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            // No null device: what is opened next takes the place, and nothing here reads or writes it.
        }
    }
}
