package dev.holdfast.mount;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.util.List;
import java.util.Optional;

/** A file of a snapshot in another place of the mount: the same in all but its inode. */
record FoundNode(Node original, long inode) implements Node {

    @Override
    public Attributes attributes() {
        Attributes a = original.attributes();
        return new Attributes(
                inode,
                a.mode(),
                1,
                a.uid(),
                a.gid(),
                a.device(),
                a.sizeBytes(),
                a.blocks512(),
                a.atime(),
                a.mtime(),
                a.ctime());
    }

    @Override
    public byte[] readLink() {
        return original.readLink();
    }

    @Override
    public OpenFile open(int flags) {
        return original.open(flags);
    }

    @Override
    public Optional<byte[]> xattr(String name) {
        return original.xattr(name);
    }

    @Override
    public List<String> xattrNames() {
        return original.xattrNames();
    }
}
