package dev.holdfast;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.holdfast.backup.ExcludePatternFuzz;
import dev.holdfast.crypto.BlobFuzz;
import dev.holdfast.crypto.paper.PaperFuzz;
import dev.holdfast.format.DynamicIndexFuzz;
import dev.holdfast.format.FixedIndexFuzz;
import dev.holdfast.format.KeyFileFuzz;
import dev.holdfast.format.KeyShareFuzz;
import dev.holdfast.format.ManifestFuzz;
import dev.holdfast.format.NamesFuzz;
import dev.holdfast.format.pxar.PosixAclFuzz;
import dev.holdfast.snapshot.CatalogFuzz;
import dev.holdfast.snapshot.SplitArchiveFuzz;
import dev.holdfast.snapshot.UnifiedArchiveFuzz;
import dev.holdfast.stage.StageRecordsFuzz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Gives every fuzz target the inputs that are kept of it: those that once broke it, and some that
 * reached new code. Finding new ones is the business of {@code scripts/fuzz}.
 */
class FuzzCorpusTest {
    private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz");

    /** What one input may make a parser allocate: a chunk of the largest size, a few times over. */
    private static final long MAX_ALLOCATED_BYTES = 96L << 20;

    private static final Map<String, Consumer<byte[]>> TARGETS =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("Blob", BlobFuzz::fuzzerTestOneInput),
                            Map.entry("Catalog", CatalogFuzz::fuzzerTestOneInput),
                            Map.entry("DynamicIndex", DynamicIndexFuzz::fuzzerTestOneInput),
                            Map.entry("ExcludePattern", ExcludePatternFuzz::fuzzerTestOneInput),
                            Map.entry("FixedIndex", FixedIndexFuzz::fuzzerTestOneInput),
                            Map.entry("KeyFile", KeyFileFuzz::fuzzerTestOneInput),
                            Map.entry("KeyShare", KeyShareFuzz::fuzzerTestOneInput),
                            Map.entry("Manifest", ManifestFuzz::fuzzerTestOneInput),
                            Map.entry("Names", NamesFuzz::fuzzerTestOneInput),
                            Map.entry("Paper", PaperFuzz::fuzzerTestOneInput),
                            Map.entry("PosixAcl", PosixAclFuzz::fuzzerTestOneInput),
                            Map.entry("SplitArchive", SplitArchiveFuzz::fuzzerTestOneInput),
                            Map.entry("StageRecords", StageRecordsFuzz::fuzzerTestOneInput),
                            Map.entry("UnifiedArchive", UnifiedArchiveFuzz::fuzzerTestOneInput)));

    @TestFactory
    Stream<DynamicContainer> keptInputsBreakNothing() {
        return TARGETS.entrySet().stream()
                .map(
                        target ->
                                DynamicContainer.dynamicContainer(
                                        target.getKey(),
                                        inputs(target.getKey())
                                                .map(file -> test(target.getValue(), file))));
    }

    private static DynamicTest test(Consumer<byte[]> target, Path file) {
        return DynamicTest.dynamicTest(
                file.getFileName().toString(),
                () -> {
                    byte[] input = Files.readAllBytes(file);
                    long before = allocatedBytes();
                    target.accept(input);
                    assertThat(allocatedBytes() - before).isLessThan(MAX_ALLOCATED_BYTES);
                });
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static Stream<Path> inputs(String target) {
        try (Stream<Path> files = Files.list(CORPUS.resolve(target))) {
            return files.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A target that is not listed above would never be run. */
    @Test
    void everyTargetHasACorpusAndIsRunHere() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src", "test", "java"))) {
            List<String> classes =
                    sources.map(source -> source.getFileName().toString())
                            .filter(name -> name.endsWith("Fuzz.java"))
                            .map(name -> name.replace("Fuzz.java", ""))
                            .sorted()
                            .toList();
            assertThat(TARGETS.keySet()).containsExactlyElementsOf(classes);
        }
        for (String target : TARGETS.keySet()) {
            assertThat(inputs(target).collect(Collectors.toList())).as(target).isNotEmpty();
        }
    }
}
