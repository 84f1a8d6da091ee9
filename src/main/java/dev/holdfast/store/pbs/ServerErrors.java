package dev.holdfast.store.pbs;

import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import java.util.List;
import java.util.function.BiFunction;

/**
 * What a server's refusal means to the user (protocol.md §15). The status decides first, then a
 * stable fragment of the text, since texts change between versions.
 */
final class ServerErrors {
    private static final int MAX_TEXT_CHARS = 500;

    /**
     * A server says the same of a datastore that does not exist, unless the account may see all.
     */
    private static final String ROLE =
            "the account may not do this, if that datastore exists; check its name, or give the"
                    + " account a role there: DatastoreReader to read, DatastoreBackup to write,"
                    + " DatastoreAdmin for upkeep";

    /** Makes the exception from the text of ours and the server's own words. */
    private record Rule(
            String fragment, String advice, BiFunction<String, String, HoldfastException> make) {}

    private static HoldfastException busy(String what, String text) {
        return new Busy(what + text);
    }

    private static HoldfastException refused(String what, String text) {
        return new Refused(what + text);
    }

    private static HoldfastException notFound(String what, String text) {
        return new NotFound(what + text);
    }

    private static HoldfastException unreachable(String what, String text) {
        return new Unreachable(what + text);
    }

    private static HoldfastException damaged(String what, String text) {
        return new Damaged(what + text);
    }

    /** The first fragment found decides. */
    private static final List<Rule> RULES =
            List.of(
                    new Rule(
                            "No space left on device",
                            "the server's disk is full; free space there (prune, then garbage"
                                    + " collection) and repeat",
                            ServerErrors::refused),
                    new Rule(
                            "Disk quota exceeded",
                            "the quota on the server is used up; free space there and repeat",
                            ServerErrors::refused),
                    new Rule(
                            "backup owner check failed",
                            "the group belongs to somebody else; use the account that made it, or"
                                    + " change the owner on the server",
                            ServerErrors::refused),
                    new Rule(
                            "timestamp is older than last backup",
                            "the group has a snapshot that is as new; check the clock, or repeat a"
                                    + " second later",
                            ServerErrors::refused),
                    new Rule(
                            "backup directory already exists",
                            "there is a snapshot of that second already; repeat a second later",
                            ServerErrors::refused),
                    new Rule(
                            "while locking last snapshot",
                            "the group's newest snapshot is being changed; try again",
                            ServerErrors::busy),
                    new Rule(
                            "backup group lock",
                            "another backup into the group, or a sync of it, is running; try again"
                                    + " later",
                            ServerErrors::busy),
                    new Rule(
                            "while creating",
                            "another backup into the group is running; try again later",
                            ServerErrors::busy),
                    new Rule(
                            "while destroying group",
                            "a backup into the group is running; try again later",
                            ServerErrors::busy),
                    new Rule(
                            "snapshot lock",
                            "the snapshot is in use: it is being read, written, verified or"
                                    + " removed; try again later",
                            ServerErrors::busy),
                    new Rule(
                            "while reading snapshot",
                            "the snapshot is being written or removed; try again later",
                            ServerErrors::busy),
                    new Rule(
                            "while updating the protection status",
                            "the snapshot is in use; try again later",
                            ServerErrors::busy),
                    new Rule(
                            "was removed during backup",
                            "the snapshot that this one builds on has been removed meanwhile;"
                                    + " repeat the backup",
                            ServerErrors::busy),
                    new Rule(
                            "garbage collection already running",
                            "garbage collection is running already",
                            ServerErrors::busy),
                    new Rule(
                            "cannot remove protected",
                            "the snapshot is protected; remove the protection first",
                            ServerErrors::refused),
                    new Rule(
                            "due to protected snapshots",
                            "protected snapshots were kept; remove their protection first",
                            ServerErrors::refused),
                    new Rule(
                            "is unavailable:",
                            "the datastore is in maintenance; try again later",
                            ServerErrors::unreachable),
                    new Rule(
                            "maintenance mode",
                            "the datastore is in maintenance; try again later",
                            ServerErrors::unreachable),
                    new Rule(
                            "is not mounted",
                            "the removable datastore is not mounted on the server",
                            ServerErrors::unreachable),
                    new Rule(
                            "is being deleted",
                            "the datastore is going away",
                            ServerErrors::unreachable),
                    new Rule(
                            "is being unmounted",
                            "the datastore is going away",
                            ServerErrors::unreachable),
                    new Rule(
                            "no such datastore",
                            "check the repository's last part",
                            ServerErrors::notFound),
                    new Rule(
                            "namespace not found",
                            "create the namespace on the server first, or check --ns",
                            ServerErrors::notFound),
                    new Rule("no permissions on", ROLE, ServerErrors::refused),
                    new Rule("missing permissions", ROLE, ServerErrors::refused),
                    new Rule("permission check failed", ROLE, ServerErrors::refused),
                    new Rule(
                            "invalid protocol name",
                            "the server does not speak this version of the protocol",
                            ServerErrors::refused),
                    new Rule(
                            "missing Upgrade header",
                            "something between here and the server changes requests; connect directly",
                            ServerErrors::refused),
                    new Rule(
                            "schema does not allow additional properties",
                            "the server is too old for this",
                            ServerErrors::refused),
                    new Rule(
                            "is missing and it is not optional",
                            "the server is too old, or too new, for this",
                            ServerErrors::refused),
                    new Rule(
                            "does not exist", "it is not there (any more)", ServerErrors::notFound),
                    new Rule(
                            "reading file",
                            "the server cannot read it; run verify there",
                            ServerErrors::damaged),
                    new Rule(
                            "No such file or directory",
                            "it is not there (any more)",
                            ServerErrors::notFound));

    private ServerErrors() {}

    /**
     * The exception for an answer that is no success.
     *
     * @param what begins the message: what was asked, and where
     * @param text the body of the answer
     */
    static HoldfastException of(String what, int status, String text) {
        String said = printable(text);
        String quoted = said.isEmpty() ? "" : " (server: " + said + ")";
        if (status == 401) {
            return new Refused(
                    what
                            + ": the server does not accept the credentials; check user, password"
                            + " or token secret"
                            + quoted);
        }
        for (Rule rule : RULES) {
            if (text.contains(rule.fragment())) {
                return rule.make().apply(what, ": " + rule.advice() + quoted);
            }
        }
        return switch (status) {
            case 403 -> new Refused(what + ": the account may not do this" + quoted);
            case 404 -> new NotFound(what + ": the server knows no such thing" + quoted);
            case 414, 431 -> new Refused(what + ": the request is too long for the server");
            default ->
                    status >= 500
                            ? new Unreachable(
                                    what + ": the server failed with status " + status + quoted)
                            : new Refused(what + ": refused with status " + status + quoted);
        };
    }

    /** The server's words, cut and without anything that could drive a terminal. */
    private static String printable(String text) {
        String cut =
                text.length() > MAX_TEXT_CHARS ? text.substring(0, MAX_TEXT_CHARS) + "…" : text;
        StringBuilder printable = new StringBuilder();
        cut.strip()
                .codePoints()
                .forEach(c -> printable.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return printable.toString();
    }
}
