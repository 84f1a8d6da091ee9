package dev.holdfast.stage;

import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.StatFs;
import java.util.Optional;

/** The tree of a staging area, as a mount sees it. */
final class StagedFileSystem implements FileSystem {
    private final StagingArea area;
    private final Disk disk;

    StagedFileSystem(StagingArea area, Disk disk) {
        this.area = area;
        this.disk = disk;
    }

    @Override
    public Directory root() {
        return new StagedDirectory(area, Tree.ROOT);
    }

    @Override
    public Optional<Node> byInode(long inode) {
        return area.files
                .find(inode)
                .map(
                        record ->
                                record.isDirectory()
                                        ? new StagedDirectory(area, inode)
                                        : new StagedNode(area, inode));
    }

    @Override
    public StatFs statFs() {
        return disk.space();
    }

    @Override
    public void close() {
        area.close();
    }
}
