package dev.posthouse.bench.process;

/**
 * Memory of a process as the kernel counts it.
 *
 * @param rssKib resident, in KiB; pages shared with other processes count in full
 * @param pssKib the same with each shared page divided by the number of its users
 */
public record MemoryUse(long rssKib, long pssKib) {
    static final MemoryUse NONE = new MemoryUse(0, 0);

    MemoryUse plus(MemoryUse other) {
        return new MemoryUse(rssKib + other.rssKib, pssKib + other.pssKib);
    }
}
