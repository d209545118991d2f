package dev.posthouse.interop.transfers;

import java.util.Locale;

/** What is wrong with a standard stream of one end, and what that end must say of it. */
enum Trouble {
    FULL_DISK(
            Stream.OUTPUT,
            "mkdir \"$DIR/small\" && mount -t tmpfs -o size=1m none \"$DIR/small\" || exit 99\n"
                    + "\"$@\" >\"$DIR/small/received\"; code=$?; cp \"$DIR/small/received\" \"$DIR/received\"; exit $code",
            "cannot write to standard output: no space left on device"),
    FULL_DEVICE(Stream.OUTPUT, "exec \"$@\" >/dev/full", "cannot write to standard output: no space left on device"),
    /** {@link Quota} has the library. */
    QUOTA(
            Stream.OUTPUT,
            "LD_PRELOAD=$QUOTA exec \"$@\" >\"$DIR/received\"",
            "cannot write to standard output: disk quota exceeded"),
    LIMIT_FOR_FILES(
            Stream.OUTPUT,
            "ulimit -f 1024; exec \"$@\" >\"$DIR/received\"",
            "cannot write to standard output: the file would grow past the limit for files (file too large)"),
    /** The shell's own memory has no page at 0. */
    EIO_ON_WRITE(
            Stream.OUTPUT,
            "\"$@\" >/proc/$$/mem; exit $?",
            "cannot write to standard output: the device reports an error (input/output error)"),
    READER_GONE(
            Stream.OUTPUT,
            "\"$@\" | head -c 10 >\"$DIR/received\"; exit \"${PIPESTATUS[0]}\"",
            "cannot write to standard output: its reader has gone (broken pipe)"),
    EIO_ON_FIRST_READ(
            Stream.INPUT,
            "\"$@\" </proc/$$/mem; exit $?",
            "cannot read standard input: the device reports an error (input/output error)"),
    /** {@link FailingInput} has the script. */
    EIO_IN_THE_MIDDLE(Stream.INPUT, "", "cannot read standard input: the device reports an error (input/output error)"),
    INPUT_IS_A_DIRECTORY(
            Stream.INPUT_REFUSED, "exec \"$@\" </", "standard input is a directory; tar c DIRECTORY | posthouse"),
    INPUT_IS_WRITE_ONLY(
            Stream.INPUT_REFUSED,
            "exec \"$@\" 0>\"$DIR/written\"",
            "standard input is not open for reading; < FILE sends a file"),
    INPUT_IS_CLOSED(
            Stream.INPUT_REFUSED,
            "exec \"$@\" <&-",
            "standard input is closed; < FILE sends a file, < /dev/null nothing"),
    OUTPUT_IS_READ_ONLY(
            Stream.OUTPUT_REFUSED,
            "exec \"$@\" 1</dev/null",
            "standard output is not open for writing; > FILE keeps what arrives"),
    OUTPUT_IS_CLOSED(
            Stream.OUTPUT_REFUSED,
            "exec \"$@\" >&-",
            "standard output is closed; > FILE keeps what arrives, > /dev/null drops it"),
    ALL_ARE_CLOSED(Stream.OUTPUT_REFUSED, "exec \"$@\" <&- >&- 2>&-", "");

    /** Which stream, and whether the command connects before it knows. */
    enum Stream {
        INPUT,
        OUTPUT,
        INPUT_REFUSED,
        OUTPUT_REFUSED;

        /** Whether the end with the trouble is the one that sends. */
        boolean isInput() {
            return this == INPUT || this == INPUT_REFUSED;
        }

        /** Whether it is refused before anything is sent to anybody. */
        boolean isRefused() {
            return this == INPUT_REFUSED || this == OUTPUT_REFUSED;
        }
    }

    private final Stream stream;
    private final String script;
    private final String sentence;

    Trouble(Stream stream, String script, String sentence) {
        this.stream = stream;
        this.script = script;
        this.sentence = sentence;
    }

    Stream stream() {
        return stream;
    }

    /** For bash: {@code "$@"} is the command, {@code $DIR} a directory, {@code $DIR/received} what is looked at. */
    String script() {
        return script;
    }

    /** What its end says. */
    String sentence() {
        return sentence;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
