package dev.posthouse.net.address;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * A list of networks: whom to trust, whom to refuse.
 *
 * @param blocks in the order in which they were given
 */
public record NetworkBlocks(List<NetworkBlock> blocks) {

    /** No network at all: contains nothing. */
    public static final NetworkBlocks NONE = new NetworkBlocks(List.of());

    public NetworkBlocks {
        blocks = List.copyOf(blocks);
    }

    /**
     * Reads a list.
     *
     * @param texts each as {@link NetworkBlock#parse} has it
     * @throws IllegalArgumentException if one is not a network
     */
    public static NetworkBlocks parse(List<String> texts) {
        return new NetworkBlocks(texts.stream().map(NetworkBlock::parse).toList());
    }

    /** These and those of {@code others}. */
    public NetworkBlocks and(NetworkBlocks others) {
        return new NetworkBlocks(Stream.concat(blocks.stream(), others.blocks.stream())
                .distinct()
                .toList());
    }

    /** Whether the address lies in one of them. */
    public boolean contains(InetAddress address) {
        IpAddress wanted = IpAddress.of(address);
        return blocks.stream().anyMatch(block -> block.contains(wanted));
    }

    /** Whether every address of {@code network} lies in one of them, be it in one or in several together. */
    public boolean covers(NetworkBlock network) {
        if (blocks.stream().anyMatch(block -> block.covers(network))) {
            return true;
        }
        // Parted only where there is something smaller in it: as often as prefixes are long, for each of them.
        return blocks.stream().anyMatch(network::covers)
                && network.halves().stream().allMatch(this::covers);
    }

    public boolean isEmpty() {
        return blocks.isEmpty();
    }

    /** Joined by a comma and a blank. */
    @Override
    public String toString() {
        return String.join(", ", blocks.stream().map(NetworkBlock::toString).toList());
    }
}
