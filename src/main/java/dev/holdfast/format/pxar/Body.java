package dev.holdfast.format.pxar;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.OptionalLong;

/** What kind of object an entry is. It is decided by the body item, not by the mode (§4). */
public sealed interface Body {

    /** The type bits that {@code st_mode} has for this kind. */
    int typeBits();

    /**
     * A directory.
     *
     * @param childrenOffset offset of its first child's FILENAME, or of its GOODBYE if it is empty
     * @param end offset behind its GOODBYE; absent in a sequential scan, which does not know yet
     */
    record Directory(long childrenOffset, OptionalLong end) implements Body {
        @Override
        public int typeBits() {
            return Stat.DIRECTORY;
        }
    }

    /**
     * A regular file.
     *
     * @param payloadOffset offset of its PAYLOAD header: in the payload stream of a split archive
     *     (the offset of the PAYLOAD_REF), in the archive itself of a unified one
     * @param sizeBytes length of the content
     */
    record Regular(long payloadOffset, long sizeBytes) implements Body {
        public Regular {
            if (payloadOffset < 0
                    || sizeBytes < 0
                    || payloadOffset > Long.MAX_VALUE - ItemHeader.BYTES - sizeBytes) {
                throw new IllegalArgumentException(
                        "impossible content: " + sizeBytes + " bytes at " + payloadOffset);
            }
        }

        /** Offset of the first byte of content, in the same stream as the header. */
        public long contentOffset() {
            return payloadOffset + ItemHeader.BYTES;
        }

        @Override
        public int typeBits() {
            return Stat.REGULAR;
        }
    }

    /** A symbolic link. */
    final class Symlink implements Body {
        private final byte[] target;

        public Symlink(byte[] target) {
            this.target = requireNonNull(target);
        }

        public byte[] target() {
            return target;
        }

        @Override
        public int typeBits() {
            return Stat.SYMLINK;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Symlink other && Arrays.equals(target, other.target);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(target);
        }

        @Override
        public String toString() {
            return "Symlink[" + target.length + " bytes]";
        }
    }

    /**
     * A device node.
     *
     * @param block whether it is a block device, else it is a character device
     * @param number which one
     */
    record Device(boolean block, DeviceNumber number) implements Body {
        @Override
        public int typeBits() {
            return block ? Stat.BLOCK_DEVICE : Stat.CHARACTER_DEVICE;
        }
    }

    /** What has no body item at all. */
    enum Special implements Body {
        FIFO(Stat.FIFO),
        SOCKET(Stat.SOCKET);

        private final int typeBits;

        Special(int typeBits) {
            this.typeBits = typeBits;
        }

        @Override
        public int typeBits() {
            return typeBits;
        }
    }
}
