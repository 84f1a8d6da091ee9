package dev.holdfast.upkeep;

import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something that is not as it should be.
 *
 * @param archive stored name of the file of the snapshot, if it is in one
 * @param path inside the archive, as text
 * @param startOffset first byte that is lost: of the file at {@code path}, else of the archive
 * @param endOffset behind the last byte that is lost
 */
public record VerifyProblem(
        Namespace namespace,
        SnapshotId snapshot,
        Optional<String> archive,
        Optional<String> path,
        OptionalLong startOffset,
        OptionalLong endOffset,
        String message) {

    static VerifyProblem of(Namespace namespace, SnapshotId snapshot, String message) {
        return new VerifyProblem(
                namespace,
                snapshot,
                Optional.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                message);
    }

    /** One line: where, which bytes, what. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (!namespace.isRoot()) {
            text.append(namespace).append(':');
        }
        text.append(snapshot);
        archive.ifPresent(a -> text.append(' ').append(a));
        path.ifPresent(p -> text.append(' ').append(p));
        if (startOffset.isPresent()) {
            text.append(" bytes ").append(startOffset.getAsLong());
            text.append('-').append(endOffset.orElseThrow() - 1);
        }
        return text.append(": ").append(message).toString();
    }
}
