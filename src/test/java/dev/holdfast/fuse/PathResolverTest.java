package dev.holdfast.fuse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PathResolverTest {
    private final AtomicLong clock = new AtomicLong(-5_000_000_000L);
    private final List<String> lookups = new ArrayList<>();
    private final Folder root = new Folder("");
    private final PathResolver paths = new PathResolver(root, clock::get);

    /** A directory that writes down what is looked up in it. */
    private class Folder implements Directory {
        final Map<String, Node> children = new TreeMap<>();
        final String path;
        long validMillis = Long.MAX_VALUE;

        Folder(String path) {
            this.path = path;
        }

        Folder add(String name) {
            Folder child = new Folder(path + "/" + name);
            children.put(name, child);
            return child;
        }

        @Override
        public Node lookup(byte[] name) {
            String child = new String(name, UTF_8);
            lookups.add(path + "/" + child);
            if (!children.containsKey(child)) {
                throw new Errno(Errno.ENOENT);
            }
            return children.get(child);
        }

        @Override
        public long validMillis() {
            return validMillis;
        }

        @Override
        public void list(long cursor, EntrySink sink) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Attributes attributes() {
            throw new UnsupportedOperationException();
        }
    }

    private Node node(String path) {
        return paths.node(path.getBytes(UTF_8));
    }

    private void assertErrno(int number, String path) {
        assertThatThrownBy(() -> node(path))
                .isInstanceOfSatisfying(Errno.class, e -> assertThat(e.number()).isEqualTo(number));
    }

    @Test
    void theRootIsFoundWithoutALookup() {
        assertThat(node("/")).isSameAs(root);
        assertThat(lookups).isEmpty();
    }

    @Test
    void directoriesAreWalkedOnceAndTheLastNameEachTime() {
        Folder b = root.add("a").add("b");
        Folder c = b.add("c");
        assertThat(node("/a/b/c")).isSameAs(c);
        assertThat(lookups).containsExactly("/a", "/a/b", "/a/b/c");
        lookups.clear();
        assertThat(node("/a/b/c")).isSameAs(c);
        assertThat(lookups).containsExactly("/a/b/c");
        assertErrno(Errno.ENOENT, "/a/b/d");
        assertErrno(Errno.ENOENT, "/a/x/d");
    }

    @Test
    void aFileIsNoDirectory() {
        root.children.put(
                "f",
                () -> {
                    throw new UnsupportedOperationException();
                });
        assertErrno(Errno.ENOTDIR, "/f/x");
    }

    @Test
    void aPlaceNamesADirectoryAndWhatIsNotThereYet() {
        Folder a = root.add("a");
        PathResolver.Place place = paths.place("/a/new".getBytes(UTF_8));
        assertThat(place.directory()).isSameAs(a);
        assertThat(place.name()).isEqualTo("new".getBytes(UTF_8));
        assertThatThrownBy(() -> paths.place(new byte[] {'/'})).isInstanceOf(Errno.class);
    }

    @Test
    void whatIsBelowAnExpiringDirectoryExpiresWithIt() {
        Folder a = root.add("a");
        a.validMillis = 1000;
        a.add("b").add("c").add("d");
        Node first = node("/a/b/c/d");
        Folder other = a.add("b").add("c").add("d");
        clock.addAndGet(999_000_000);
        assertThat(node("/a/b/c/d")).isSameAs(first);
        clock.addAndGet(2_000_000);
        lookups.clear();
        assertThat(node("/a/b/c/d")).isSameAs(other);
        assertThat(lookups).containsExactly("/a/b", "/a/b/c", "/a/b/c/d");
    }

    @Test
    void aRenameForgetsWhatWasBelowAndNothingElse() {
        root.add("a").add("b").add("c");
        root.add("ab").add("c").add("d");
        node("/a/b/c");
        node("/ab/c/d");
        Node moved = root.children.remove("a");
        root.children.put("z", moved);
        paths.forgetTree("/a".getBytes(UTF_8));
        lookups.clear();
        assertErrno(Errno.ENOENT, "/a/b/c");
        node("/z/b/c");
        node("/ab/c/d");
        // The moved directories go on writing down the paths that they were made with.
        assertThat(lookups).containsExactly("/a", "/z", "/a/b", "/a/b/c", "/ab/c/d");
    }

    @Test
    void aRemovedDirectoryIsForgotten() {
        root.add("a").add("b");
        node("/a/b");
        root.children.remove("a");
        paths.forget("/a".getBytes(UTF_8));
        assertErrno(Errno.ENOENT, "/a/b");
    }

    @Test
    void aPathOfThousandsOfLevelsIsWalked() {
        Folder at = root;
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            at = at.add("d");
            path.append("/d");
        }
        assertThat(node(path.toString())).isSameAs(at);
    }

    @Test
    void refusesNamesThatAreTooLongWhereverTheyStand() {
        String longest = "n".repeat(255);
        root.add(longest).add("f");
        assertThat(paths.node(("/" + longest + "/f").getBytes(UTF_8))).isNotNull();
        for (String path : List.of("/n" + longest, "/n" + longest + "/f")) {
            assertThatThrownBy(() -> paths.node(path.getBytes(UTF_8)))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.ENAMETOOLONG));
        }
        assertThatThrownBy(() -> paths.place(("/n" + longest).getBytes(UTF_8)))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.ENAMETOOLONG));
    }
}
