package dev.posthouse.interop.offset;

/**
 * A relay as its clients know it.
 *
 * @param at HOST:PORT
 * @param key its public key
 */
record Meeting(String at, String key) {

    /** As our command line takes it. */
    String address() {
        return "offset://" + at + "/" + key;
    }
}
