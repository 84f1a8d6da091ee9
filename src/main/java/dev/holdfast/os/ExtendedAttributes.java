package dev.holdfast.os;

import static dev.holdfast.os.Scratch.check;
import static dev.holdfast.os.Scratch.checkWord;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Extended attributes of files named by raw byte paths, never through a symbolic link. Names are
 * UTF-8, at most 255 bytes, values at most 64 KiB (the kernel's bounds). Failure is an {@link
 * OsError}.
 */
public final class ExtendedAttributes {
    private ExtendedAttributes() {}

    /** The names; none where the file system has no attributes. */
    public static List<String> names(byte[] path) {
        Scratch scratch = Scratch.ofThread();
        long length =
                LibC.LLISTXATTR.call(
                        scratch.path(path, "llistxattr"), scratch.block(), Scratch.BLOCK_BYTES);
        if (length == -1 && NativeFunction.errno() == OsError.EOPNOTSUPP) {
            return List.of();
        }
        checkWord(length, "llistxattr", path);
        List<String> names = new ArrayList<>();
        byte[] list = block(scratch, length);
        int start = 0;
        for (int i = 0; i < list.length; i++) {
            if (list[i] == 0) {
                names.add(new String(list, start, i - start, StandardCharsets.UTF_8));
                start = i + 1;
            }
        }
        return names;
    }

    /** The value, if there is one. */
    public static Optional<byte[]> get(byte[] path, String name) {
        Scratch scratch = Scratch.ofThread();
        long length =
                LibC.LGETXATTR.call(
                        scratch.path(path, "lgetxattr"),
                        scratch.second(utf8(name), "lgetxattr"),
                        scratch.block(),
                        Scratch.BLOCK_BYTES);
        if (length == -1) {
            int errno = NativeFunction.errno();
            if (errno == OsError.ENODATA || errno == OsError.EOPNOTSUPP) {
                return Optional.empty();
            }
            throw new OsError(errno, "lgetxattr " + name, path);
        }
        return Optional.of(block(scratch, length));
    }

    /** Sets a value: {@code flags} 1 = must be new, 2 = must exist, 0 = either. */
    public static void set(byte[] path, String name, byte[] value, int flags) {
        if (value.length > Scratch.BLOCK_BYTES) {
            throw new OsError(OsError.ENOSPC, "lsetxattr " + name, path);
        }
        Scratch scratch = Scratch.ofThread();
        Scratch.MEMORY.putByteArray(scratch.block(), value, 0, value.length);
        check(
                LibC.LSETXATTR.call(
                        scratch.path(path, "lsetxattr"),
                        scratch.second(utf8(name), "lsetxattr"),
                        scratch.block(),
                        value.length,
                        flags),
                "lsetxattr " + name,
                path);
    }

    /** Removes an attribute; {@code ENODATA} if there is none. */
    public static void remove(byte[] path, String name) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.LREMOVEXATTR.call(
                        scratch.path(path, "lremovexattr"),
                        scratch.second(utf8(name), "lremovexattr")),
                "lremovexattr " + name,
                path);
    }

    private static byte[] block(Scratch scratch, long length) {
        byte[] bytes = new byte[(int) length];
        Scratch.MEMORY.getByteArray(scratch.block(), bytes, 0, bytes.length);
        return bytes;
    }

    private static byte[] utf8(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
