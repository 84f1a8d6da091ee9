package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Node;

/** The link {@code latest} to the newest finished snapshot of a group. */
final class LatestLink implements Node {
    private final View view;
    private final GroupDirectory group;

    LatestLink(View view, GroupDirectory group) {
        this.view = view;
        this.group = group;
    }

    long inode() {
        return Inodes.ofPath(GroupPath.below(group.path(), TimeNames.LATEST));
    }

    @Override
    public byte[] readLink() {
        return view.failures().guard(group.place(), group::newestName).getBytes(UTF_8);
    }

    @Override
    public Attributes attributes() {
        int length = readLink().length;
        Attributes directory = group.attributes();
        return new Attributes(
                inode(),
                Attributes.SYMLINK | 0777,
                1,
                directory.uid(),
                directory.gid(),
                0,
                length,
                0,
                directory.atime(),
                directory.mtime(),
                directory.ctime());
    }
}
