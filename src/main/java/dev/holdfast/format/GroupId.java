package dev.holdfast.format;

import java.math.BigInteger;
import java.util.Optional;

/** A backup group: all snapshots of one host, machine or container. */
public record GroupId(BackupType type, String id) implements Comparable<GroupId> {
    public GroupId {
        if (!Names.isSafeId(id)) {
            throw new IllegalArgumentException("'" + id + "' is no valid backup id");
        }
    }

    /** Reads {@code TYPE/ID}. */
    public static GroupId parse(String text) {
        return tryParse(text)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "'"
                                                + text
                                                + "' is no group; expected host/ID, vm/ID or ct/ID"));
    }

    /** Reads {@code TYPE/ID}, or nothing. */
    public static Optional<GroupId> tryParse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !Names.isSafeId(text.substring(slash + 1))) {
            return Optional.empty();
        }
        return BackupType.parse(text.substring(0, slash))
                .map(type -> new GroupId(type, text.substring(slash + 1)));
    }

    /** The snapshot of that time. */
    public SnapshotId at(long epochSeconds) {
        return new SnapshotId(this, epochSeconds);
    }

    /** {@code TYPE/ID}. */
    @Override
    public String toString() {
        return type.text() + "/" + id;
    }

    /** ct, host, vm; then numbers in numeric order, before names in byte order. */
    @Override
    public int compareTo(GroupId other) {
        int byType = type.compareTo(other.type);
        if (byType != 0) {
            return byType;
        }
        Optional<BigInteger> mine = number();
        Optional<BigInteger> theirs = other.number();
        if (mine.isPresent() && theirs.isPresent()) {
            int byNumber = mine.get().compareTo(theirs.get());
            return byNumber != 0 ? byNumber : id.compareTo(other.id);
        }
        if (mine.isPresent() != theirs.isPresent()) {
            return mine.isPresent() ? -1 : 1;
        }
        return id.compareTo(other.id);
    }

    private Optional<BigInteger> number() {
        if (id.length() > 20 || !id.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        BigInteger number = new BigInteger(id);
        return number.bitLength() <= 64 ? Optional.of(number) : Optional.empty();
    }
}
