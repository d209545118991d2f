package dev.posthouse.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may use whom: docs/architecture.md as rules. */
class ArchitectureTest {

    /** From the bottom up: each may use those before it. Dialects stand side by side. */
    private static final List<String> MODULES = List.of("net", "relay", "rdv", "daemon", "cli");

    private static final List<String> DIALECTS = List.of("rdv");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.posthouse");

    private static String in(String module) {
        return "dev.posthouse." + module + "..";
    }

    @ParameterizedTest
    @ValueSource(strings = {"net", "relay", "rdv", "daemon"})
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

    /** A program that embeds a client or a relay gets no logging framework, no metrics library, nothing but this. */
    @ParameterizedTest
    @ValueSource(strings = {"net", "relay", "rdv"})
    void librariesStandOnTheJdkAlone(String module) {
        classes()
                .that()
                .resideInAPackage(in(module))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.posthouse..",
                        "java..",
                        "javax.net..",
                        "javax.crypto..",
                        "jdk.net..",
                        "com.sun.management..",
                        "org.jspecify..")
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

    /** Many relays live in one JVM without knowing each other. */
    @Test
    void thereIsNoMutableStatic() {
        fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAPackage("dev.posthouse..")
                .should()
                .beFinal()
                .check(CLASSES);
    }

    @Test
    void wireKnowsNeitherClientNorServer() {
        noClasses()
                .that()
                .resideInAPackage("dev.posthouse.rdv.wire..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.posthouse.rdv.client..", "dev.posthouse.rdv.server..")
                .check(CLASSES);
    }

    @Test
    void clientAndServerDoNotKnowEachOther() {
        SlicesRuleDefinition.slices()
                .matching("dev.posthouse.rdv.(client|server)..")
                .should()
                .notDependOnEachOther()
                .check(CLASSES);
    }
}
