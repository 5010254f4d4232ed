// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Flow;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

/** The layout of the core: what may see what. A package may use those on floors below its own, and no other. */
class FloorsTest {

    private static final String ROOT = "io.github.pooledclient";

    private static final Map<String, Integer> FLOORS = Map.ofEntries(
            Map.entry(".transport", 0),
            Map.entry(".internal.threads", 0),
            Map.entry(".internal.buffer", 0),
            Map.entry(".internal.jfr", 0),
            Map.entry(".pool", 1),
            Map.entry(".internal.time", 1),
            Map.entry(".internal.wire", 2),
            Map.entry(".internal.net", 2),
            Map.entry(".internal.pool", 2),
            Map.entry(".internal.http", 3),
            Map.entry(".internal.http1", 4),
            Map.entry(".internal.connect", 5),
            Map.entry(".internal.call", 6),
            Map.entry("", 7),
            Map.entry(".micrometer", 8));

    // Words of the ground floor, which stand in the root package because users meet them beside the client.
    private static final Set<String> GROUND_FLOOR_WORDS = Set.of(
            ROOT + ".RequestState",
            ROOT + ".ExchangeFailure",
            ROOT + ".MessageLimits",
            ROOT + ".MessageLimits$Builder",
            ROOT + ".CallObserver",
            ROOT + ".CallObserver$ObservedCall",
            ROOT + ".WritableBody");

    // The call floor leases connections without knowing how they are made, and speaks to them without knowing which
    // version.
    private static final Map<String, Set<String>> UNSEEN = Map.of(
            ".internal.call", Set.of(".internal.connect", ".internal.http1", ".internal.net", ".internal.wire"),
            ".micrometer", Set.of(".internal"));

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void eachPackageHasItsFloor() {
        Set<String> packages =
                CORE.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));

        assertThat(packages)
                .isEqualTo(FLOORS.keySet().stream().map(name -> ROOT + name).collect(Collectors.toSet()));
    }

    @Test
    void importsGoDownOnly() {
        List<String> upward = dependencies()
                .filter(d -> floor(d.getTargetClass()) >= floor(d.getOriginClass()))
                .map(Dependency::getDescription)
                .toList();

        assertThat(upward).isEmpty();
    }

    @Test
    void jointsStayJoints() {
        List<String> shortcuts = dependencies()
                .filter(d ->
                        UNSEEN
                                .getOrDefault(
                                        d.getOriginClass().getPackageName().substring(ROOT.length()), Set.of())
                                .stream()
                                .anyMatch(unseen ->
                                        d.getTargetClass().getPackageName().startsWith(ROOT + unseen)))
                .map(Dependency::getDescription)
                .toList();

        assertThat(shortcuts).isEmpty();
    }

    private static Stream<Dependency> dependencies() {
        return CORE.stream()
                .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
                .filter(d -> d.getTargetClass().getPackageName().startsWith(ROOT))
                .filter(d -> !d.getTargetClass()
                        .getPackageName()
                        .equals(d.getOriginClass().getPackageName()))
                .filter(d -> !GROUND_FLOOR_WORDS.contains(d.getTargetClass().getFullName()));
    }

    private static int floor(JavaClass type) {
        return FLOORS.get(type.getPackageName().substring(ROOT.length()));
    }

    @Test
    void groundFloorWordsSeeNothingAbove() {
        noClasses()
                .that(describe("are words of the ground floor", type -> GROUND_FLOOR_WORDS.contains(type.getName())))
                .should()
                .dependOnClassesThat(describe(
                        "are others of ours",
                        type -> type.getPackageName().startsWith(ROOT)
                                && !GROUND_FLOOR_WORDS.contains(
                                        type.getBaseComponentType().getName())))
                .check(CORE);
    }

    @Test
    void poolKnowsNeitherHttpNorSockets() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".internal.pool")
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.net", "java.net.http", "java.nio..", "javax.net.."))
                .check(CORE);
    }

    @Test
    void onlyBodiesKnowFlow() {
        noClasses()
                .that(describe("are not bodies", type -> !type.getName().contains("Body")))
                .should()
                .dependOnClassesThat(describe("are of Flow", FloorsTest::isOfFlow))
                .check(CORE);
    }

    private static boolean isOfFlow(JavaClass type) {
        return type.getName().startsWith(Flow.class.getName());
    }

    @Test
    void onlyTheNetFloorKnowsChannelsAndTlsEngines() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".internal.net")
                .should()
                .dependOnClassesThat(describe(
                        "are channels or TLS engines",
                        type -> type.isAssignableTo(Channel.class) || type.isAssignableTo(SSLEngine.class)))
                .check(CORE);
    }

    @Test
    void onlyTheMicrometerPackageKnowsMicrometer() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".micrometer")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.micrometer.."))
                .check(CORE);
    }

    @Test
    void onlyTheJfrPackageKnowsTheFlightRecorder() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".internal.jfr")
                .should()
                .dependOnClassesThat(resideInAnyPackage("jdk.jfr.."))
                .check(CORE);
    }

    @Test
    void onlyTickersReadTheClock() {
        noClasses()
                .that(describe("are not the ticker", type -> !type.getName().equals(ROOT + ".transport.Ticker")))
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(CORE);
    }

    @Test
    void nothingIsSynchronized() throws Exception {
        methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED).check(CORE);

        // Blocks leave no trace in what ArchUnit reads.
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            List<Path> blocks = sources.filter(path -> path.toString().endsWith(".java"))
                    .filter(FloorsTest::hasSynchronizedBlock)
                    .toList();
            assertThat(blocks).isEmpty();
        }
    }

    private static boolean hasSynchronizedBlock(Path source) {
        try {
            return Files.readString(source).contains("synchronized (");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void nothingIsThreadLocal() {
        noClasses()
                .should()
                .dependOnClassesThat(describe("are thread locals", type -> type.isAssignableTo(ThreadLocal.class)))
                .check(CORE);
    }
}
