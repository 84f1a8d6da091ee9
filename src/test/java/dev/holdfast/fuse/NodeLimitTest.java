package dev.holdfast.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A walk through more files than a mount may remember. */
class NodeLimitTest {
    private static final int FILES = 6000;
    private static final int LIMIT = 1600;

    @TempDir Path mountPoint;

    @Test
    void theKernelForgetsAndFindsAgain() throws Exception {
        FileSystem fileSystem = new Numbers();
        MountOptions options = MountOptions.immutable("numbers");
        Requests requests = new Requests(fileSystem, options, LIMIT);
        Mount mount = Mount.attach(fileSystem, mountPoint, options, requests);
        try {
            Shell shell = new Shell(mountPoint);
            assertThat(shell.succeed("ls -l $M | grep -c ' f'")).isEqualTo("" + FILES);
            for (int i = 0; i < 600 && requests.nodes().size() > LIMIT; i++) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            assertThat(requests.nodes().size()).isLessThanOrEqualTo(LIMIT);
            assertThat(shell.succeed("stat -c %i $M/f17 $M/f5999")).isEqualTo("1017\n6999");
        } finally {
            mount.detach();
            mount.awaitEnd();
        }
    }

    private static Attributes attributes(long inode, int mode) {
        FileTime time = new FileTime(0, 0);
        return new Attributes(inode, mode, 1, 0, 0, 0, 0, 0, time, time, time);
    }

    /** Files {@code f0} and so on, with inode numbers from 1000. */
    private static final class Numbers implements FileSystem, Directory {

        @Override
        public Directory root() {
            return this;
        }

        @Override
        public Attributes attributes() {
            return NodeLimitTest.attributes(500, Attributes.DIRECTORY | 0755);
        }

        @Override
        public Node lookup(byte[] name) {
            String text = new String(name, UTF_8);
            if (!text.matches("f[0-9]{1,4}") || Integer.parseInt(text.substring(1)) >= FILES) {
                throw new Errno(Errno.ENOENT);
            }
            return new Numbered(Integer.parseInt(text.substring(1)));
        }

        @Override
        public void list(long cursor, EntrySink sink) {
            for (int i = (int) cursor; i < FILES; i++) {
                if (!sink.accept(("f" + i).getBytes(UTF_8), 1000 + i, Attributes.REGULAR, i + 1)) {
                    return;
                }
            }
        }

        @Override
        public StatFs statFs() {
            return new StatFs(4096, 1, 1, 1, 1, 255);
        }

        @Override
        public void close() {}
    }

    private record Numbered(int number) implements Node {

        @Override
        public Attributes attributes() {
            return NodeLimitTest.attributes(1000 + number, Attributes.REGULAR | 0644);
        }

        @Override
        public Optional<Place> knownAs() {
            return Optional.of(new Place(500, ("f" + number).getBytes(UTF_8)));
        }
    }
}
