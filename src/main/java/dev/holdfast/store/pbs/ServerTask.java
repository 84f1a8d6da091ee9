package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.Unreachable;
import java.time.Duration;
import java.util.function.Consumer;

/** A task that runs on a server (protocol.md §7.7). For one thread. */
public final class ServerTask {
    private static final long LINES_AT_ONCE = 500;
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Server server;
    private final String id;
    private final String path;

    ServerTask(Server server, String id) {
        this.server = server;
        this.id = id;
        this.path = "/nodes/localhost/tasks/" + Parameters.encode(id);
    }

    /** The server's name of the task. */
    public String id() {
        return id;
    }

    /**
     * Hands on the lines of the task's log until it ends.
     *
     * @return what it ended with: {@code OK}, {@code WARNINGS: n}, or an error text
     */
    public String follow(Consumer<String> lines) {
        long next = 1;
        while (true) {
            // Asked before the log, so that a task which has ended has written all of it.
            JsonNode status =
                    server.get("read the state of task " + id, path + "/status", Parameters.none());
            JsonNode log;
            do {
                log =
                        server.get(
                                "read the log of task " + id,
                                path + "/log",
                                Parameters.none().with("start", next).with("limit", LINES_AT_ONCE));
                for (JsonNode line : log) {
                    lines.accept(line.path("t").asText());
                    next++;
                }
            } while (log.size() >= LINES_AT_ONCE);
            if (!status.path("status").asText().equals("running")) {
                return status.path("exitstatus").asText("unknown");
            }
            pause();
        }
    }

    private void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted while following task " + id, e);
        }
    }
}
