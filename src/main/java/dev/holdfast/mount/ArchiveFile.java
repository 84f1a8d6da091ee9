package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.Damaged;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.snapshot.ChunkedSource;
import java.util.Optional;

/** A regular file of an archive. */
final class ArchiveFile extends ArchiveNode {
    /** How many chunks hold the content. Answered, but not listed: it is not the file's own. */
    static final String CHUNKS_XATTR = SnapshotXattrs.PREFIX + "chunks";

    private final Body.Regular content;

    ArchiveFile(ArchiveTree tree, ArchiveDirectory parent, Entry entry, long inode) {
        super(tree, Optional.of(parent), entry, inode);
        this.content = (Body.Regular) entry.body();
    }

    /**
     * Holes are not known before the content is read, so every byte counts as allocated; the
     * archive does not say where the file had holes either.
     */
    @Override
    public Attributes attributes() {
        return attributes(
                content.sizeBytes(), View.blocks512(content.sizeBytes()), guard(this::links));
    }

    private int links() {
        try (OpenSnapshot snapshot = tree().hold()) {
            return tree().archive(snapshot)
                    .links(entry(), e -> tree().view().failures().errno(this, e));
        }
    }

    @Override
    public OpenFile open(int flags) {
        OpenFlags.checkReadOnly(flags);
        return guard(
                () -> {
                    OpenSnapshot held = tree().hold();
                    try {
                        OpenArchive archive = tree().archive(held);
                        checkHeader(archive);
                        return new ContentFile(
                                this,
                                this,
                                tree().view(),
                                held,
                                new ContentFile.Extent(
                                        archive.content(),
                                        content.contentOffset(),
                                        content.sizeBytes()));
                    } catch (RuntimeException | Error e) {
                        held.close();
                        throw e;
                    }
                });
    }

    /**
     * Whether the content is where the entry says. If the chunk with its header is damaged, nobody
     * can tell; the chunks behind it still hold the file, so that is no reason to refuse.
     */
    private void checkHeader(OpenArchive archive) {
        ChunkedSource stream = archive.content();
        if (content.contentOffset() > stream.size() - content.sizeBytes()) {
            throw FormatException.at(
                    entry().entryOffset(), "content lies beyond the end of the payload stream");
        }
        try {
            byte[] header = new byte[ItemHeader.BYTES];
            stream.read(content.payloadOffset(), header, 0, header.length);
        } catch (Damaged e) {
            return;
        }
        archive.reader().content(entry());
    }

    @Override
    public Optional<byte[]> xattr(String name) {
        Optional<byte[]> stored = super.xattr(name);
        return stored.isEmpty() && name.equals(CHUNKS_XATTR)
                ? Optional.of(guard(this::chunkCount))
                : stored;
    }

    private byte[] chunkCount() {
        try (OpenSnapshot snapshot = tree().hold()) {
            return Integer.toString(tree().archive(snapshot).chunkCount(content))
                    .getBytes(US_ASCII);
        }
    }
}
