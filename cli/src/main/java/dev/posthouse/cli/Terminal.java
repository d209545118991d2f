package dev.posthouse.cli;

/**
 * Which of the standard streams are terminals. The launcher knows and says so in the property {@code posthouse.tty}: the
 * digits of those that are. Started without it, none is.
 */
record Terminal(boolean in, boolean out, boolean err) {

    static Terminal current() {
        String digits = System.getProperty("posthouse.tty", "");
        return new Terminal(digits.contains("0"), digits.contains("1"), digits.contains("2"));
    }
}
