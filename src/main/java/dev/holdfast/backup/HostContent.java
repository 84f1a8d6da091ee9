package dev.holdfast.backup;

import dev.holdfast.os.Descriptor;
import dev.holdfast.os.OsError;
import dev.holdfast.os.Stat;
import dev.holdfast.snapshot.SourceEntry;
import java.util.function.Consumer;

/**
 * The content of an open file, read forward. Holes are not read but made up. At the end it says if
 * the file changed meanwhile, or could not be read: what is then stored is not what it should be.
 */
final class HostContent implements SourceEntry.Content {
    private final Descriptor descriptor;
    private final Stat before;
    private final Consumer<String> problem;
    private final SparseInput input;
    private boolean failed;

    /**
     * @param before the file as it was when it was met
     * @param problem told what went wrong
     */
    HostContent(Descriptor descriptor, Stat before, Consumer<String> problem) {
        this.descriptor = descriptor;
        this.before = before;
        this.problem = problem;
        this.input = new SparseInput(descriptor, before, before.sizeBytes());
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (failed) {
            return -1;
        }
        try {
            int count = input.read(buffer, offset, length);
            return count == 0 ? -1 : count;
        } catch (OsError e) {
            failed = true;
            problem.accept(
                    "cannot be read from byte "
                            + input.position()
                            + " on: "
                            + e.reason()
                            + "; zeros are stored instead");
            return -1;
        }
    }

    @Override
    public void close() {
        try (descriptor) {
            Stat after = descriptor.stat();
            if (after.sizeBytes() != before.sizeBytes()
                    || after.mtimeSeconds() != before.mtimeSeconds()
                    || after.mtimeNanos() != before.mtimeNanos()) {
                problem.accept(
                        "it changed while it was read; what is stored may be of both states");
            }
        } catch (OsError e) {
            problem.accept("cannot be closed: " + e.reason());
        }
    }
}
