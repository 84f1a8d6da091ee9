package dev.holdfast.store.local;

import dev.holdfast.Unreachable;
import dev.holdfast.format.BackupType;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.GarbageProgress;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds every index file below a datastore (datastore.md §9.2), also where none belongs: what an
 * index names is in use. Symbolic links are not followed, names that begin with a dot are skipped,
 * what vanishes meanwhile is ignored, and what may not be read is an error – except {@code
 * lost+found} of the file system.
 */
final class IndexFiles {
    private static final int DEEPEST = 64;

    private final Layout layout;
    private final GarbageProgress progress;
    private final List<Path> found = new ArrayList<>();

    IndexFiles(Layout layout, GarbageProgress progress) {
        this.layout = layout;
        this.progress = progress;
    }

    List<Path> find() {
        walk(layout.base(), 0);
        return found;
    }

    private void walk(Path directory, int depth) {
        if (depth > DEEPEST) {
            throw new Unreachable(directory + " is nested too deeply for a datastore");
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (name.startsWith(".")) {
                    continue;
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    walk(entry, depth + 1);
                } else if ((name.endsWith(".didx") || name.endsWith(".fidx"))
                        && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS)) {
                    found.add(entry);
                    if (!isInSnapshot(layout.base().relativize(entry))) {
                        progress.warning("index " + entry + " lies where none belongs");
                    }
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Removed meanwhile; what it needed is no longer needed.
        } catch (AccessDeniedException e) {
            if (!directory.equals(layout.base().resolve("lost+found"))) {
                throw StoreFiles.failed("list", directory, e);
            }
        } catch (DirectoryIteratorException e) {
            throw StoreFiles.failed("list", directory, e.getCause());
        } catch (IOException e) {
            throw StoreFiles.failed("list", directory, e);
        }
    }

    /** {@code [ns/NAME/…]TYPE/ID/TIME/FILE}. */
    private static boolean isInSnapshot(Path relative) {
        int at = 0;
        while (relative.getNameCount() - at > 4 && relative.getName(at).toString().equals("ns")) {
            at += 2;
        }
        return relative.getNameCount() - at == 4
                && BackupType.parse(relative.getName(at).toString()).isPresent()
                && GroupId.tryParse(relative.getName(at) + "/" + relative.getName(at + 1))
                        .isPresent()
                && SnapshotId.parseTime(relative.getName(at + 2).toString()).isPresent();
    }
}
