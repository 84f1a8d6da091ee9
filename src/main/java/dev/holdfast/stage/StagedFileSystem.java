package dev.holdfast.stage;

import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.StatFs;

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
    public StatFs statFs() {
        return disk.space();
    }

    @Override
    public void close() {
        area.close();
    }
}
