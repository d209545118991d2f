package dev.posthouse.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use whom: docs/architecture.md as rules. */
class ArchitectureTest {

    /** From the bottom up: each may use those before it. Dialects stand side by side. */
    private static final List<String> MODULES = List.of("net", "crypto", "relay", "rdv", "offset", "daemon", "cli");

    private static final List<String> DIALECTS = List.of("rdv", "offset");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.posthouse");

    static List<String> allButTheLast() {
        return MODULES.subList(0, MODULES.size() - 1);
    }

    static Stream<String> libraries() {
        return MODULES.stream()
                .filter(module -> !List.of("offset", "daemon", "cli").contains(module));
    }

    static List<String> dialects() {
        return DIALECTS;
    }

    private static String in(String module) {
        return "dev.posthouse." + module + "..";
    }

    @ParameterizedTest
    @MethodSource("allButTheLast")
    void moduleUsesOnlyThoseAboveItInTheList(String module) {
        String[] later = MODULES.subList(MODULES.indexOf(module) + 1, MODULES.size()).stream()
                .map(ArchitectureTest::in)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(in(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(later)
                .check(CLASSES);
    }

    /** A module that is in no list would be bound by no rule. */
    @Test
    void everyModuleOfTheBuildIsInTheLists() throws IOException {
        var named = new ArrayList<String>();
        Matcher module =
                Pattern.compile("<module>([^<]+)</module>").matcher(Files.readString(Path.of("..", "pom.xml")));
        while (module.find()) {
            named.add(module.group(1));
        }
        named.removeAll(List.of("testkit", "interop", "bench"));
        assertThat(named).containsExactlyElementsOf(MODULES);
        assertThat(DIALECTS)
                .containsExactlyElementsOf(MODULES.subList(MODULES.indexOf("relay") + 1, MODULES.indexOf("daemon")));
    }

    @Test
    void dialectsNeverUseOneAnother() {
        for (String one : DIALECTS) {
            for (String other : DIALECTS) {
                if (!one.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage(in(one))
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(in(other))
                            .check(CLASSES);
                }
            }
        }
    }

    /** A further dialect is its module in that room: the others would have to know it, too. */
    @Test
    void commandLineKnowsDialectsInOneRoomOnly() {
        noClasses()
                .that()
                .resideInAPackage(in("cli"))
                .and()
                .resideOutsideOfPackage(in("cli.dialect"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.concat(DIALECTS.stream(), Stream.of("daemon.dialect"))
                        .map(ArchitectureTest::in)
                        .toArray(String[]::new))
                .check(CLASSES);
    }

    /** A program that embeds a client or a relay gets no logging framework, no metrics library, nothing but this. */
    @ParameterizedTest
    @MethodSource("libraries")
    void librariesStandOnTheJdkAlone(String module) {
        usesOnlyTheJdkAnd(module);
    }

    /** What Offset's formats need: a parser for its files, and its serialization. */
    @Test
    void offsetStandsOnTheParsersOfItsFormats() {
        usesOnlyTheJdkAnd("offset", "com.google.gson..", "org.capnproto..");
    }

    private static void usesOnlyTheJdkAnd(String module, String... others) {
        var allowed = new ArrayList<>(List.of(
                "dev.posthouse..",
                "java..",
                "javax.net..",
                "javax.crypto..",
                "jdk.net..",
                "com.sun.management..",
                "org.jspecify.."));
        allowed.addAll(List.of(others));
        classes()
                .that()
                .resideInAPackage(in(module))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new))
                .check(CLASSES);
    }

    /** But for what logback says before there is a log: it must not go to standard output, which is data. */
    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that()
                .resideOutsideOfPackages(in("cli"))
                .and()
                .haveNameNotMatching(".*StandardErrorConfigurator.*")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(CLASSES);
    }

    /** Many relays live in one JVM without knowing each other: what is static is final, and nothing in it can change. */
    @Test
    void thereIsNoMutableStatic() {
        assertThat(CLASSES.stream().flatMap(type -> MutableStatics.of(type.reflect()).stream()))
                .as("mutable statics that are not listed with their reason")
                .isSubsetOf(MutableStatics.ALLOWED.keySet());
    }

    /** What the rule above finds; the first is no constant, the others are final and change all the same. */
    @SuppressWarnings("unused")
    private static final class Wrong {
        private static int count;
        private static final List<String> LIST = new ArrayList<>();
        private static final AtomicInteger ATOMIC = new AtomicInteger();
        private static final Optional<AtomicInteger> WITHIN = Optional.of(ATOMIC);
        private static final StringBuilder[] BUILDERS = {new StringBuilder()};
        private static final Object RECORD = new Holder(List.of(new AtomicInteger()));

        private record Holder(List<AtomicInteger> counts) {}
    }

    @Test
    void whatIsFinalAndChangesIsAMutableStatic() {
        assertThat(MutableStatics.of(Wrong.class))
                .extracting(name -> name.substring(name.lastIndexOf('.') + 1))
                .containsExactlyInAnyOrder("count", "LIST", "ATOMIC", "WITHIN", "BUILDERS", "RECORD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"net", "relay", "daemon", "cli"})
    void roomsHaveNoCycles(String module) {
        SlicesRuleDefinition.slices()
                .matching("dev.posthouse." + module + ".(*)..")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void wireKnowsNeitherClientNorServerNorRelay(String dialect) {
        noClasses()
                .that()
                .resideInAPackage(in(dialect + ".wire"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(in(dialect + ".client"), in(dialect + ".server"), in("relay"))
                .check(CLASSES);
    }

    @ParameterizedTest
    @MethodSource("dialects")
    void clientAndServerDoNotKnowEachOther(String dialect) {
        SlicesRuleDefinition.slices()
                .matching("dev.posthouse." + dialect + ".(client|server)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }
}
