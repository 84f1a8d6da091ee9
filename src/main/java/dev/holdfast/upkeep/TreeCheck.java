package dev.holdfast.upkeep;

import dev.holdfast.HoldfastException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ArchiveScanner;
import dev.holdfast.snapshot.ArchiveVisitor;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decodes a file archive from end to end, goodbye tables and hard links included, and says where it
 * is wrong. Contents are the business of {@link ChunkPass}.
 */
final class TreeCheck {
    private final ArchiveReader archive;
    private final Consumer<Body.Regular> files;
    private final TreePaths paths = new TreePaths();

    /**
     * A check.
     *
     * @param files is told of every regular file
     */
    TreeCheck(ArchiveReader archive, Consumer<Body.Regular> files) {
        this.archive = archive;
        this.files = files;
    }

    /** What is wrong, and at which path. */
    record Problem(String path, String message) {}

    /** Everything, in the order of the archive; empty if nothing is wrong. */
    Optional<Problem> check() {
        try {
            ArchiveScanner.check(archive, new Visitor());
            return Optional.empty();
        } catch (HoldfastException | IllegalArgumentException e) {
            return Optional.of(new Problem(paths.here(), String.valueOf(e.getMessage())));
        }
    }

    private final class Visitor implements ArchiveVisitor {
        @Override
        public void enterDirectory(Entry directory) {
            paths.enter(directory.name());
        }

        @Override
        public void entry(Entry entry) {
            if (entry.body() instanceof Body.Regular file) {
                files.accept(file);
            }
        }

        @Override
        public void hardLink(HardLink link) {}

        @Override
        public void leaveDirectory() {
            paths.leave();
        }
    }
}
