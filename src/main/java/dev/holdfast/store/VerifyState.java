package dev.holdfast.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.format.Manifest;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The result of a verification as a manifest records it (keys.md §7.4): {@code {"upid": …, "state":
 * "ok"|"failed"}}. The time is inside the task id:
 *
 * <pre>
 * UPID:node:PID(8 hex):PSTART(8–9 hex):TASKID(8–16 hex):STARTTIME(8 hex):type:worker-id:auth-id:
 * </pre>
 *
 * @param ok whether everything that could be checked was right
 * @param startSeconds when the verification began, Unix seconds
 */
public record VerifyState(boolean ok, long startSeconds) {
    /** The member of the unprotected part. */
    public static final String MEMBER = "verify_state";

    private static final Pattern UPID =
            Pattern.compile(
                    "UPID:[^:/\\s]+:[0-9A-Fa-f]{8}:[0-9A-Fa-f]{8,9}:[0-9A-Fa-f]{8,16}:([0-9A-Fa-f]{8}):[^:\\s]+:[^:\\s]*:[^:\\s]+:");

    /** What a manifest says, if it says it in the expected form. */
    public static Optional<VerifyState> of(Manifest manifest) {
        Optional<String> state = manifest.verifyState();
        String upid = manifest.unprotected().path(MEMBER).path("upid").asText("");
        Matcher matcher = UPID.matcher(upid);
        if (state.isEmpty() || !matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(
                new VerifyState(state.get().equals("ok"), Long.parseLong(matcher.group(1), 16)));
    }

    /** The value of the member. */
    public ObjectNode toJson(String storeName) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("state", ok ? "ok" : "failed");
        String worker = storeName.replaceAll("[^A-Za-z0-9_.\\-]", "_");
        object.put(
                "upid",
                String.format(
                        Locale.ROOT,
                        "UPID:holdfast:%08X:%08X:%08X:%08X:verificationjob:%s:root@pam:",
                        ProcessHandle.current().pid(),
                        0,
                        0,
                        startSeconds,
                        worker));
        return object;
    }
}
