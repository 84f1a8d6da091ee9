package dev.holdfast.backup;

import dev.holdfast.HoldfastException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.format.pxar.Xattr;
import dev.holdfast.os.Stat;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through a directory of the base alongside the one that is backed up: both are in the same
 * order, so one pass finds everything. An archive in another order finds less, never wrongly. A
 * base that cannot be read serves no more; what it would have spared is read again.
 */
final class BaseCursor {
    private static final Logger LOG = LoggerFactory.getLogger(BaseCursor.class);

    private final Optional<ArchiveReader> archive;
    private Optional<DirectoryListing> listing;
    private Optional<Entry> current = Optional.empty();

    BaseCursor(Optional<DirectoryReader> directory) {
        this.archive = directory.map(DirectoryReader::archive);
        this.listing = directory.flatMap(BaseCursor::list);
    }

    private static Optional<DirectoryListing> list(DirectoryReader directory) {
        try {
            return Optional.of(directory.list());
        } catch (HoldfastException e) {
            LOG.warn("a directory of the previous snapshot is not used: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** The entry of that name; names must be asked for in order. */
    private Optional<Entry> find(byte[] name) {
        while (listing.isPresent()) {
            int order = current.isPresent() ? EntryName.compare(current.get().name(), name) : -1;
            if (order >= 0) {
                return order == 0 ? current : Optional.empty();
            }
            try {
                if (!listing.get().hasNext()) {
                    listing = Optional.empty();
                    break;
                }
                current = Optional.of(listing.get().next());
            } catch (HoldfastException e) {
                LOG.warn("a directory of the previous snapshot is not used: {}", e.getMessage());
                listing = Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** The directory of that name. */
    Optional<DirectoryReader> directory(byte[] name) {
        return find(name)
                .filter(Entry::isDirectory)
                .map(entry -> archive.orElseThrow().open(entry));
    }

    /**
     * Where the content of the file of that name is in the base, if nothing says that it changed
     * (chunking.md §8.2).
     */
    OptionalLong unchanged(byte[] name, Stat stat, EntryMetadata metadata) {
        Optional<Entry> entry = find(name);
        if (entry.isPresent()
                && !entry.get().isHardLink()
                && entry.get().body() instanceof Body.Regular content
                && content.sizeBytes() == stat.sizeBytes()
                && isSame(entry.get().metadata(), metadata)) {
            return OptionalLong.of(content.payloadOffset());
        }
        return OptionalLong.empty();
    }

    /** Whether there is a file of that name. */
    boolean hasFile(byte[] name) {
        return find(name).filter(Entry::isRegular).isPresent();
    }

    /** Of extended attributes only the names count: their values are stored anew in any case. */
    private static boolean isSame(EntryMetadata old, EntryMetadata now) {
        return old.stat().equals(now.stat())
                && haveSameNames(old.xattrs(), now.xattrs())
                && old.acl().equals(now.acl())
                && Arrays.equals(old.fcaps().orElse(NONE), now.fcaps().orElse(NONE))
                && old.projectId().equals(now.projectId());
    }

    private static final byte[] NONE = {};

    private static boolean haveSameNames(List<Xattr> old, List<Xattr> now) {
        if (old.size() != now.size()) {
            return false;
        }
        for (int i = 0; i < old.size(); i++) {
            if (!Arrays.equals(old.get(i).name(), now.get(i).name())) {
                return false;
            }
        }
        return true;
    }
}
