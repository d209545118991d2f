package dev.posthouse.cli.dialect;

import dev.posthouse.cli.arguments.WordList;
import dev.posthouse.net.Role;
import dev.posthouse.net.address.ShownAddress;
import dev.posthouse.net.connection.AddressScheme;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.ListResourceBundle;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/**
 * The dialects of one command: their options stand in its specification, and the dialect of its address takes its own and refuses the
 * others'. Used by the command's thread.
 */
public final class Dialects {

    /** Those of the program before what stands beside it on the class path, whatever comes first there. */
    private static final List<SchemeModule> KNOWN =
            ServiceLoader.load(SchemeModule.class, Dialects.class.getClassLoader()).stream()
                    .sorted(Comparator.comparing(provider -> !isOfTheProgram(provider.type())))
                    .map(ServiceLoader.Provider::get)
                    .toList();

    /** Where a description names the forms of addresses, as picocli has it. */
    public static final String FORMS = "${bundle:forms}";

    private final Map<SchemeModule, SchemeOptions> options = new LinkedHashMap<>();

    /** With new options of each. */
    public Dialects() {
        KNOWN.forEach(module -> options.put(module, module.options()));
    }

    /** All that there are: the program's, in the order of its list, then others. */
    public static List<SchemeModule> known() {
        return KNOWN;
    }

    /** Where addresses begin, in words: "http://, https:// or offset://". */
    public static String prefixes() {
        return WordList.of(
                KNOWN.stream().flatMap(module -> module.prefixes().stream()).toList(), "or");
    }

    private static boolean isOfTheProgram(Class<?> type) {
        return type.getPackageName().equals(Dialects.class.getPackageName());
    }

    private static String forms() {
        return KNOWN.stream().map(SchemeModule::form).collect(Collectors.joining("; "));
    }

    /** What the dialects have to say to somebody who gives an option that there is not. */
    public static Optional<String> hint(String option) {
        return KNOWN.stream().flatMap(module -> module.hint(option).stream()).findFirst();
    }

    /** Adds the options to a command that is not parsed yet, and to its help the examples and what stands for {@link #FORMS}. */
    public void addTo(CommandSpec command, Role role) {
        options.forEach((module, own) -> command.addMixin(module.name(), CommandSpec.forAnnotatedObjectLenient(own)));
        command.resourceBundle(new ListResourceBundle() {
            @Override
            protected Object[][] getContents() {
                return new Object[][] {{"forms", forms()}};
            }
        });
        command.usageMessage()
                .footer(KNOWN.stream()
                        .flatMap(module -> module.examples(role).stream())
                        .toArray(String[]::new))
                .sectionMap()
                .put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, Dialects::optionList);
    }

    /**
     * The help's options: those for all addresses, then those of each dialect under a heading. A group of picocli's has a heading, too, but
     * would let an option be given twice.
     */
    private static String optionList(Help help) {
        List<OptionSpec> shared = new ArrayList<>(help.commandSpec().options());
        var text = new StringBuilder();
        for (SchemeModule module : KNOWN) {
            List<OptionSpec> own = ofDialect(module, help.commandSpec());
            shared.removeAll(own);
            if (!own.isEmpty()) {
                text.append(String.format("%nWith %s:%n", addressesOf(module))).append(optionList(help, own));
            }
        }
        return optionList(help, shared) + text;
    }

    private static String optionList(Help help, List<OptionSpec> some) {
        // All of them decide on the width of the columns, so that it is the same everywhere.
        Help.Layout layout = help.createDefaultLayout(
                help.commandSpec().options(), help.commandSpec().positionalParameters(), help.colorScheme());
        layout.addOptions(some, help.parameterLabelRenderer());
        return layout.toString();
    }

    private static List<OptionSpec> ofDialect(SchemeModule module, CommandSpec command) {
        return Objects.requireNonNull(command.mixins().get(module.name()), "it was added")
                .options();
    }

    private static String addressesOf(SchemeModule module) {
        return WordList.of(module.prefixes(), "and") + " addresses";
    }

    /**
     * Makes what reaches the address of a request.
     *
     * @param given what the command was given
     * @return the caller's to close
     * @throws IllegalArgumentException if the address is none, or an option is given that is malformed or that it has no use for
     * @throws IOException if something that is needed cannot be read
     */
    public AddressScheme open(ParseResult given, SchemeRequest request) throws IOException {
        SchemeModule module = KNOWN.stream()
                .filter(known -> known.recognises(request.address()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not an address that is known: "
                        + ShownAddress.of(request.address()) + "; known are " + forms()));
        SchemeOptions own = Objects.requireNonNull(options.get(module), "each has its own");
        ForeignOptions foreign = own.foreign(request);
        for (SchemeModule other : KNOWN) {
            if (!other.equals(module)) {
                for (OptionSpec option : ofDialect(other, given.commandSpec())) {
                    foreign.refuse(option.longestName(), isGiven(option, given), belongs(other, option));
                }
            }
        }
        foreign.check();
        return own.open(request);
    }

    /** Picocli does not note what it leaves to a consumer of parameters; that shows in the value. */
    private static boolean isGiven(OptionSpec option, ParseResult given) {
        return given.hasMatchedOption(option)
                || (option.parameterConsumer() != null && !Objects.equals(option.getValue(), option.initialValue()));
    }

    private static String belongs(SchemeModule module, OptionSpec option) {
        Because because = option.userObject() instanceof Field field ? field.getAnnotation(Because.class) : null;
        return "it belongs to " + addressesOf(module) + (because == null ? "" : "; " + because.value());
    }
}
