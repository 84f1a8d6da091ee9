package dev.holdfast.backup;

import dev.holdfast.os.Descriptor;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OsError;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file being written that is there whole, or not at all: closing it without {@link #keep} removes
 * it. One that replaces another is written under a name of its own, so that the other stays until
 * then.
 */
final class NewFile implements AutoCloseable {
    private static final int FLAGS = Descriptor.O_WRONLY | Descriptor.O_CREAT | Descriptor.O_EXCL;

    private final DirectoryHandle directory;
    private final byte[] name;
    private final byte[] createdName;
    private final Descriptor descriptor;
    private boolean kept;

    private NewFile(
            DirectoryHandle directory, byte[] name, byte[] createdName, Descriptor descriptor) {
        this.directory = directory;
        this.name = name;
        this.createdName = createdName;
        this.descriptor = descriptor;
    }

    /**
     * Creates it, readable for its owner alone.
     *
     * @throws OsError {@code EEXIST} if the name is taken and not to be replaced, or is a
     *     directory's
     */
    static NewFile create(DirectoryHandle directory, byte[] name, boolean overwrite) {
        try {
            return new NewFile(directory, name, name, directory.open(name, FLAGS, 0600));
        } catch (OsError e) {
            boolean replaceable =
                    e.errno() == OsError.EEXIST
                            && overwrite
                            && directory.lstat(name).type()
                                    != dev.holdfast.format.pxar.Stat.DIRECTORY;
            if (!replaceable) {
                throw e;
            }
        }
        byte[] temporary =
                (".holdfast-" + Long.toHexString(ThreadLocalRandom.current().nextLong()))
                        .getBytes(StandardCharsets.US_ASCII);
        return new NewFile(directory, name, temporary, directory.open(temporary, FLAGS, 0600));
    }

    Descriptor descriptor() {
        return descriptor;
    }

    /** It is complete, attributes included. */
    void keep() {
        if (createdName != name) {
            directory.rename(createdName, name);
        }
        kept = true;
    }

    @Override
    public void close() {
        try {
            descriptor.close();
        } finally {
            if (!kept) {
                directory.unlink(createdName);
            }
        }
    }
}
