package dev.posthouse.relay.splice;

import dev.posthouse.net.Reason;
import java.io.IOException;
import java.util.Optional;

/**
 * How a splice ended.
 *
 * @param reason the first cause; what it set off afterwards does not change it
 * @param leftToRight bytes delivered from left to right: written to the right stream, and so on their way
 * @param rightToLeft bytes delivered from right to left, the same
 * @param error what the first cause threw, if it was an error
 */
public record SpliceEnd(Reason reason, long leftToRight, long rightToLeft, Optional<IOException> error) {}
