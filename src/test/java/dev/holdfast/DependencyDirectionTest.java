package dev.holdfast;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dependencies point one way; each rule here was seen to fail. */
class DependencyDirectionTest {
    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.holdfast");
    }

    @Test
    void arrowsBetweenPackagesPointOneWay() {
        Architectures.layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("cli")
                .definedBy("dev.holdfast.cli..")
                .layer("upkeep")
                .definedBy("dev.holdfast.upkeep..")
                .layer("mount")
                .definedBy("dev.holdfast.mount..")
                .layer("stage")
                .definedBy("dev.holdfast.stage..")
                .layer("backup")
                .definedBy("dev.holdfast.backup..")
                .layer("search")
                .definedBy("dev.holdfast.search..")
                .layer("snapshot")
                .definedBy("dev.holdfast.snapshot..")
                .layer("fuse")
                .definedBy("dev.holdfast.fuse..")
                .layer("metrics")
                .definedBy("dev.holdfast.metrics..")
                .layer("store")
                .definedBy("dev.holdfast.store..")
                .layer("chunk")
                .definedBy("dev.holdfast.chunk..")
                .layer("crypto")
                .definedBy("dev.holdfast.crypto..")
                .layer("format")
                .definedBy("dev.holdfast.format..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("upkeep")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("mount")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("stage")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("backup")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("search")
                .mayOnlyBeAccessedByLayers("cli", "mount")
                .whereLayer("snapshot")
                .mayOnlyBeAccessedByLayers("cli", "upkeep", "mount", "stage", "backup", "search")
                .whereLayer("fuse")
                .mayOnlyBeAccessedByLayers("cli", "mount", "stage")
                .whereLayer("metrics")
                .mayOnlyBeAccessedByLayers("cli", "mount", "stage")
                .whereLayer("store")
                .mayOnlyBeAccessedByLayers(
                        "cli", "upkeep", "mount", "stage", "backup", "search", "snapshot")
                .whereLayer("chunk")
                .mayOnlyBeAccessedByLayers(
                        "cli",
                        "upkeep",
                        "mount",
                        "stage",
                        "backup",
                        "search",
                        "snapshot",
                        "metrics",
                        "store")
                .whereLayer("crypto")
                .mayOnlyBeAccessedByLayers(
                        "cli",
                        "upkeep",
                        "mount",
                        "stage",
                        "backup",
                        "search",
                        "snapshot",
                        "store",
                        "chunk")
                .check(classes);
    }

    @Test
    void thereAreNoCircles() {
        slices().matching("dev.holdfast.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void repositoriesDoNotKnowOneAnother() {
        slices().matching("dev.holdfast.store.(*)..")
                .should()
                .notDependOnEachOther()
                .check(classes);
    }

    @Test
    void onlyTheFusePackageKnowsTheBinding() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.holdfast.fuse..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ru.serce..")
                .check(classes);
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.holdfast.fuse..", "dev.holdfast.os..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("jnr..", "com.kenai..")
                .check(classes);
    }

    @Test
    void onlyTheMetricsPackageKnowsMicrometer() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.holdfast.metrics..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..", "io.prometheus..")
                .check(classes);
    }

    @Test
    void bouncyCastleStaysOffTheDataPath() {
        classes()
                .that()
                .resideInAnyPackage(
                        "dev.holdfast.chunk..",
                        "dev.holdfast.store..",
                        "dev.holdfast.snapshot..",
                        "dev.holdfast.mount..",
                        "dev.holdfast.search..",
                        "dev.holdfast.stage..")
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage("org.bouncycastle..")
                .check(classes);
    }

    @Test
    void whatIsBelowKnowsNothingOfThePackagesAbove() {
        noClasses()
                .that()
                .resideInAPackage("dev.holdfast.os..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.holdfast.format..",
                        "dev.holdfast.crypto..",
                        "dev.holdfast.chunk..",
                        "dev.holdfast.store..",
                        "dev.holdfast.fuse..")
                .check(classes);
    }
}
