package dev.posthouse.net.address;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which kinds of addresses are wanted, as candidates of this end and of the peer. Immutable. {@link AddressSpace#INVALID}
 * is in none of them.
 */
public final class AddressSpaces {

    /** No direct path: forces the relay. */
    public static final AddressSpaces NONE = new AddressSpaces(EnumSet.noneOf(AddressSpace.class));

    /** Public addresses, those behind a carrier's NAT among them. */
    public static final AddressSpaces PUBLIC = of(AddressSpace.PUBLIC4, AddressSpace.CGNAT4, AddressSpace.PUBLIC6);

    /** Public and private addresses: what is wanted unless something else is said. */
    public static final AddressSpaces DEFAULT = of(
            AddressSpace.PUBLIC4,
            AddressSpace.CGNAT4,
            AddressSpace.PUBLIC6,
            AddressSpace.PRIVATE4,
            AddressSpace.PRIVATE6);

    /** Link-local and loopback ones too. */
    public static final AddressSpaces ALL = new AddressSpaces(EnumSet.complementOf(EnumSet.of(AddressSpace.INVALID)));

    private final Set<AddressSpace> spaces;

    private AddressSpaces(Set<AddressSpace> spaces) {
        this.spaces = Set.copyOf(spaces);
    }

    /**
     * The set of just these.
     *
     * @throws IllegalArgumentException if {@link AddressSpace#INVALID} is among them
     */
    public static AddressSpaces of(AddressSpace... spaces) {
        var set = EnumSet.noneOf(AddressSpace.class);
        set.addAll(Arrays.asList(spaces));
        if (set.contains(AddressSpace.INVALID)) {
            throw new IllegalArgumentException("invalid addresses can be in no set");
        }
        return new AddressSpaces(set);
    }

    /**
     * Reads the name of a set, as the command line has it.
     *
     * @param name default, all, public or none
     * @throws IllegalArgumentException if it is anything else
     */
    public static AddressSpaces parse(String name) {
        return switch (name) {
            case "default" -> DEFAULT;
            case "all" -> ALL;
            case "public" -> PUBLIC;
            case "none" -> NONE;
            default ->
                throw new IllegalArgumentException(
                        "unknown address spaces \"" + name + "\": right is default, all, public or none");
        };
    }

    public boolean includes(AddressSpace space) {
        return spaces.contains(space);
    }

    public boolean includes(InetAddress address) {
        return includes(AddressSpace.of(address));
    }

    public boolean includes(IpAddress address) {
        return includes(AddressSpace.of(address));
    }

    /** Whether nothing is wanted. */
    public boolean isEmpty() {
        return spaces.isEmpty();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressSpaces that && spaces.equals(that.spaces);
    }

    @Override
    public int hashCode() {
        return spaces.hashCode();
    }

    /** The name that {@link #parse} knows, else the classes: "public4+loopback4". */
    @Override
    public String toString() {
        if (equals(NONE)) {
            return "none";
        }
        if (equals(PUBLIC)) {
            return "public";
        }
        if (equals(DEFAULT)) {
            return "default";
        }
        if (equals(ALL)) {
            return "all";
        }
        return spaces.stream().sorted().map(AddressSpace::label).collect(Collectors.joining("+"));
    }
}
