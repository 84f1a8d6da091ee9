package dev.holdfast.snapshot;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.HardLink;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Describes an archive as {@link RandomTree} describes what it wrote. */
final class Describer implements ArchiveVisitor {
    private final ArchiveReader archive;
    private final List<String> lines = new ArrayList<>();

    Describer(ArchiveReader archive) {
        this.archive = archive;
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void enterDirectory(Entry d) {
        lines.add("enter " + hex(d.name()) + d.metadata());
    }

    @Override
    public void entry(Entry e) {
        lines.add(hex(e.name()) + e.metadata() + body(e));
    }

    private String body(Entry e) {
        if (e.body() instanceof Body.Symlink link) {
            return hex(link.target());
        } else if (e.isRegular()) {
            return hex(bytes(archive.content(e)));
        }
        return e.body().toString();
    }

    @Override
    public void hardLink(HardLink link) {
        lines.add(
                "link "
                        + hex(link.name())
                        + " Target[offset="
                        + link.targetOffset()
                        + ", path="
                        + hex(link.targetPath())
                        + "]");
    }

    @Override
    public void leaveDirectory() {
        lines.add("leave");
    }

    /** The same by random access: list every directory, and find every child by its name. */
    void walk(DirectoryReader directory) {
        enterDirectory(directory.entry());
        DirectoryListing listing = directory.list();
        while (listing.hasNext()) {
            Entry listed = listing.next();
            Entry e = directory.lookup(listed.name()).orElseThrow(() -> otherwise(listed));
            if (e.nameOffset() != listed.nameOffset() || e.entryOffset() != listed.entryOffset()) {
                throw otherwise(listed);
            }
            if (e.isDirectory()) {
                walk(archive.open(e));
            } else if (e.isHardLink()) {
                lines.add("link " + hex(e.name()) + " to " + e.filenameOffset());
            } else {
                entry(e);
            }
        }
        leaveDirectory();
    }

    /** A table that contradicts its directory: damage, if the archive was damaged. */
    private static FormatException otherwise(Entry listed) {
        return new FormatException("lookup does not find what is listed: " + listed);
    }

    private static byte[] bytes(ByteSource source) {
        byte[] bytes = new byte[(int) source.size()];
        source.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
