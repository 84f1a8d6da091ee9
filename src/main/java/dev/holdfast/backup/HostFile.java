package dev.holdfast.backup;

import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.OsError;
import dev.holdfast.os.Stat;
import dev.holdfast.snapshot.SourceEntry;
import java.util.Optional;
import java.util.OptionalLong;

/** A regular file of a host tree. */
final class HostFile implements SourceEntry.File {
    private record Identity(long device, long inode) {}

    private final HostDirectory directory;
    private final byte[] name;
    private final Stat stat;
    private final EntryMetadata metadata;
    private final OptionalLong baseOffset;
    private final boolean inBase;

    HostFile(
            HostDirectory directory,
            byte[] name,
            Stat stat,
            EntryMetadata metadata,
            OptionalLong baseOffset,
            boolean inBase) {
        this.directory = directory;
        this.name = name;
        this.stat = stat;
        this.metadata = metadata;
        this.baseOffset = baseOffset;
        this.inBase = inBase;
    }

    @Override
    public byte[] name() {
        return name;
    }

    @Override
    public EntryMetadata metadata() {
        return metadata;
    }

    @Override
    public long sizeBytes() {
        return stat.sizeBytes();
    }

    @Override
    public Optional<Object> linkIdentity() {
        return stat.links() > 1
                ? Optional.of(new Identity(stat.device(), stat.inode()))
                : Optional.empty();
    }

    @Override
    public OptionalLong baseOffset() {
        return baseOffset;
    }

    @Override
    public boolean isInBase() {
        return inBase;
    }

    /** Whether its content is wanted for certain, and at once. */
    boolean isReadNext() {
        return baseOffset.isEmpty() && stat.links() == 1;
    }

    @Override
    public Optional<Content> open() {
        HostTree tree = directory.tree();
        Optional<Descriptor> kept = tree.takeKept(this);
        try {
            return Optional.of(content(kept.orElseGet(this::reopen)));
        } catch (OsError e) {
            directory.skip(name, e);
            return Optional.empty();
        }
    }

    private Content content(Descriptor descriptor) {
        return new HostContent(
                descriptor,
                stat,
                problem -> directory.tree().report(directory.relativePath(name), problem));
    }

    /** Opens it after others were met; it must still be the same file. */
    private Descriptor reopen() {
        Descriptor descriptor = openAgain();
        Stat now;
        try {
            now = descriptor.stat();
        } catch (OsError e) {
            descriptor.close();
            throw e;
        }
        if (now.inode() != stat.inode() || now.device() != stat.device()) {
            descriptor.close();
            throw new OsError(OsError.ESTALE, "open", name);
        }
        return descriptor;
    }

    private Descriptor openAgain() {
        int flags = Descriptor.O_RDONLY | Descriptor.O_NONBLOCK;
        try {
            return directory.reopen(name, flags | Descriptor.O_NOATIME);
        } catch (OsError e) {
            if (e.errno() != OsError.EPERM) {
                throw e;
            }
            return directory.reopen(name, flags);
        }
    }
}
