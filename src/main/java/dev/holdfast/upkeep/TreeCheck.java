package dev.holdfast.upkeep;

import dev.holdfast.HoldfastException;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ArchiveScanner;
import dev.holdfast.snapshot.ArchiveVisitor;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Decodes a file archive from end to end: every item in order, and then every name by way of the
 * goodbye tables, as a mount finds it. Contents are the business of {@link ChunkPass}.
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

    /** The items in their order. */
    Optional<Problem> scan() {
        try {
            ArchiveScanner.scan(archive, new Visitor());
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

    private record Open(DirectoryReader directory, DirectoryListing listing) {}

    /** Every name by the tables; hard links are followed. */
    Optional<Problem> lookUpAll() {
        TreePaths here = new TreePaths();
        Deque<Open> open = new ArrayDeque<>();
        try {
            enter(archive.root(), new byte[0], here, open);
            while (!open.isEmpty()) {
                Open last = open.element();
                if (!last.listing().hasNext()) {
                    open.pop();
                    here.leave();
                    continue;
                }
                Entry child = last.listing().next();
                Optional<Entry> found = last.directory().lookup(child.name());
                if (found.isEmpty() || found.get().nameOffset() != child.nameOffset()) {
                    throw FormatException.at(
                            child.nameOffset(),
                            "entry '"
                                    + TreePaths.printable(child.name())
                                    + "' that its goodbye table does not find");
                }
                if (child.isDirectory()) {
                    enter(archive.open(child), child.name(), here, open);
                }
            }
            return Optional.empty();
        } catch (HoldfastException | IllegalArgumentException e) {
            return Optional.of(new Problem(here.here(), String.valueOf(e.getMessage())));
        }
    }

    private static void enter(
            DirectoryReader directory, byte[] name, TreePaths here, Deque<Open> open) {
        here.enter(name);
        open.push(new Open(directory, directory.list()));
    }
}
