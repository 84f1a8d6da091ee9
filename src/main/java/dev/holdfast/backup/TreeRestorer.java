package dev.holdfast.backup;

import dev.holdfast.Damaged;
import dev.holdfast.Unreachable;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.PosixAcl;
import dev.holdfast.format.pxar.StatFlags;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One walk through an archive that makes what it meets. Directories are made for their owner alone
 * and get their attributes when their last child is there. For one thread and one use.
 */
final class TreeRestorer implements AutoCloseable {
    private static final byte[] DEFAULT_ACL =
            PosixAcl.DEFAULT_NAME.getBytes(StandardCharsets.US_ASCII);

    /** Flags that forbid further names. */
    private static final long UNLINKABLE = StatFlags.IMMUTABLE | StatFlags.APPEND;

    /** So many files in a row whose chunks cannot be fetched, and the repository is gone. */
    private static final int MAX_UNREACHABLE = 20;

    private final ArchiveReader archive;
    private final ForwardReader reader;
    private final DirectoryHandle target;
    private final RestoreOptions options;
    private final RestoreListener listener;
    private final AttributeWriter attributes;
    private final HardLinks links;
    private final Deque<Open> open = new ArrayDeque<>();
    private final List<Sealed> toSeal = new ArrayList<>();
    private long entries;
    private long contentBytes;
    private long failures;
    private long warnings;
    private int unreachable;

    TreeRestorer(
            ArchiveReader archive,
            ForwardReader reader,
            DirectoryHandle target,
            RestoreOptions options,
            RestoreListener listener) {
        this.archive = archive;
        this.reader = reader;
        this.target = target;
        this.options = options;
        this.listener = listener;
        this.attributes = new AttributeWriter(options.owners(), this::warn);
        this.links = new HardLinks(archive);
    }

    /** A directory that is being filled. */
    private record Open(
            Entry entry, DirectoryHandle handle, DirectoryListing listing, RestorePlace place) {}

    /** A file whose flags must wait until all its names are there. */
    private record Sealed(RestorePlace place, EntryMetadata metadata) {}

    /** Restores the contents and attributes of a directory to the target. */
    RestoreReport directory(DirectoryReader directory, RestorePlace place) {
        takeOver(target, place);
        open.push(new Open(directory.entry(), target, directory.list(), place));
        while (!open.isEmpty()) {
            Open here = open.element();
            Entry child;
            try {
                if (!here.listing().hasNext()) {
                    leave(open.pop());
                    continue;
                }
                child = here.listing().next();
            } catch (Damaged e) {
                fail(here.place(), "not all of its entries can be read: " + e.getMessage());
                leave(open.pop());
                continue;
            }
            child(here.handle(), child, here.place().child(child.name()));
        }
        sealAll();
        return report();
    }

    /** Restores anything but a directory into the target. */
    RestoreReport single(Entry entry, RestorePlace place) {
        child(target, entry, place);
        sealAll();
        return report();
    }

    private RestoreReport report() {
        return new RestoreReport(entries, contentBytes, failures, warnings);
    }

    private void child(DirectoryHandle in, Entry entry, RestorePlace place) {
        try {
            if (entry.isDirectory()) {
                enter(in, entry, place);
                return;
            }
            if (entry.isRegular()) {
                file(in, entry, place);
            } else {
                if (!replacing(in, place.name(), () -> node(in, entry, place))) {
                    return;
                }
            }
            done(place);
            unreachable = 0;
        } catch (OsError e) {
            if (Restorer.endsAll(e)) {
                throw new Unreachable(
                        "cannot write " + OsError.printable(place.path()) + ": " + e.reason(), e);
            }
            fail(place, Restorer.reason(e));
        } catch (Damaged e) {
            fail(place, Restorer.reason(e));
        } catch (Unreachable e) {
            fail(place, Restorer.reason(e));
            if (++unreachable >= MAX_UNREACHABLE) {
                throw e;
            }
        }
    }

    private void enter(DirectoryHandle in, Entry entry, RestorePlace place) {
        boolean made = true;
        try {
            in.mkdir(place.name(), 0700);
        } catch (OsError e) {
            if (e.errno() != OsError.EEXIST || !options.overwrite()) {
                throw e;
            }
            made = false;
        }
        DirectoryHandle handle = in.directory(place.name());
        try {
            if (!made) {
                takeOver(handle, place);
            }
            open.push(new Open(entry, handle, archive.open(entry).list(), place));
        } catch (RuntimeException | Error e) {
            handle.close();
            throw e;
        }
    }

    /**
     * A directory that was there hands its default ACL down to whatever is made in it; it gets the
     * archive's own at the end.
     */
    private void takeOver(DirectoryHandle directory, RestorePlace place) {
        OpenInode inode = new OpenInode(directory.descriptor());
        try {
            if (inode.attribute(DEFAULT_ACL).isPresent()) {
                inode.removeAttribute(DEFAULT_ACL);
            }
        } catch (OsError e) {
            warn(place.path(), "default ACL not removed: " + e.reason());
        }
    }

    private void leave(Open directory) {
        Descriptor on = directory.handle().descriptor();
        byte[] path = directory.place().path();
        try {
            EntryMetadata metadata = directory.entry().metadata();
            attributes.finish(on, metadata, directory.entry().mode(), path);
            attributes.seal(on, metadata, path);
        } finally {
            close(directory);
        }
        done(directory.place());
    }

    private void close(Open directory) {
        if (directory.handle() != target) {
            directory.handle().close();
        }
    }

    private void file(DirectoryHandle in, Entry entry, RestorePlace place) {
        boolean mayBeLinked = entry.isHardLink() || links.mayHave(entry);
        boolean linked =
                mayBeLinked
                        && replacing(
                                in,
                                place.name(),
                                () -> links.link(entry, target, in, place.name()));
        if (!linked) {
            content(in, entry, place);
        }
    }

    private void content(DirectoryHandle in, Entry entry, RestorePlace place) {
        Body.Regular body = (Body.Regular) entry.body();
        archive.content(entry); // checks that it is where the entry says
        byte[] path = place.path();
        try (NewFile file = NewFile.create(in, place.name(), options.overwrite())) {
            Descriptor descriptor = file.descriptor();
            attributes.begin(descriptor, entry.metadata(), path);
            SparseOutput output = new SparseOutput(descriptor, true);
            reader.read(
                    body.contentOffset(),
                    body.sizeBytes(),
                    (bytes, offset, length) -> {
                        output.next(bytes, offset, length);
                        listener.bytes(length);
                    });
            output.finish();
            attributes.finish(descriptor, entry.metadata(), entry.mode(), path);
            file.keep();
            contentBytes += body.sizeBytes();
            boolean namesFollow = links.mayHave(entry);
            if (namesFollow) {
                links.add(entry, place, descriptor.stat());
            }
            if (namesFollow && (entry.metadata().stat().flags() & UNLINKABLE) != 0) {
                toSeal.add(new Sealed(place, entry.metadata()));
            } else {
                attributes.seal(descriptor, entry.metadata(), path);
            }
        }
    }

    /** Makes what has no content; false if it cannot be had without being root. */
    private boolean node(DirectoryHandle in, Entry entry, RestorePlace place) {
        byte[] name = place.name();
        var stat = entry.metadata().stat();
        if (entry.body() instanceof Body.Symlink link) {
            in.symlink(link.target(), name);
            attributes.finishLink(in, name, stat, place.path());
        } else {
            long number =
                    entry.body() instanceof Body.Device device ? device.number().toKernel() : 0;
            try {
                in.mknod(name, entry.body().typeBits() | 0600, number);
            } catch (OsError e) {
                if (e.errno() != OsError.EPERM) {
                    throw e;
                }
                warn(place.path(), "device not made: only root can");
                return false;
            }
            attributes.finishNode(in, name, stat, entry.mode(), place.path());
        }
        return true;
    }

    private interface Making {
        boolean make();
    }

    /** Makes something; if its name is taken by what may be replaced, that goes first. */
    private boolean replacing(DirectoryHandle in, byte[] name, Making making) {
        try {
            return making.make();
        } catch (OsError e) {
            if (e.errno() != OsError.EEXIST || !options.overwrite()) {
                throw e;
            }
            in.unlink(name); // fails of a directory
            return making.make();
        }
    }

    private void sealAll() {
        for (Sealed sealed : toSeal) {
            byte[] path = sealed.place().path();
            try (DirectoryHandle in = sealed.place().openParent(target);
                    Descriptor file = in.open(sealed.place().name(), Descriptor.O_RDONLY, 0)) {
                attributes.seal(file, sealed.metadata(), path);
            } catch (OsError e) {
                warn(path, "inode flags not restored: " + e.reason());
            }
        }
    }

    private void done(RestorePlace place) {
        entries++;
        listener.restored(place.path());
    }

    private void fail(RestorePlace place, String reason) {
        failures++;
        listener.failed(place.path(), reason);
    }

    private void warn(byte[] path, String reason) {
        warnings++;
        listener.warned(path, reason);
    }

    @Override
    public void close() {
        open.forEach(this::close);
        open.clear();
    }
}
