package dev.posthouse.interop.rdv;

import dev.posthouse.net.address.AddressSpace;
import dev.posthouse.net.address.AddressSpaces;
import dev.posthouse.rdv.client.Picker;
import java.time.Duration;

/** Which route two clients are made to take, in the words of either implementation. */
enum Way {
    DIRECT("direct", "loopback", "p2p:5s"),
    RELAYED("relayed", "none", "first");

    private final String label;
    private final String space;
    private final String picker;

    Way(String label, String space, String picker) {
        this.label = label;
        this.space = space;
        this.picker = picker;
    }

    /** What both call it in their reports. */
    String label() {
        return label;
    }

    /** The address spaces for the original; what its default picker does with none costs a second. */
    String space() {
        return space;
    }

    /** The picker for the original. */
    String picker() {
        return picker;
    }

    /** The address spaces for ours. */
    AddressSpaces spaces() {
        return this == DIRECT ? AddressSpaces.of(AddressSpace.LOOPBACK4, AddressSpace.LOOPBACK6) : AddressSpaces.NONE;
    }

    /** The picker for ours. */
    Picker ourPicker() {
        return this == DIRECT ? Picker.waitForDirect(Duration.ofSeconds(5)) : Picker.adaptive();
    }
}
