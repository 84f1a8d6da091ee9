package dev.holdfast.store.pbs;

import java.time.Duration;

/**
 * How long to wait for a server (protocol.md §12).
 *
 * @param connect for a TCP connection
 * @param answer for an answer that the server can give at once, and for each further part of it
 * @param storing for a server to take what is sent, store it and say so; it may have to write
 *     everything out to slow disks first
 * @param silence after which a session is probed; two unanswered probes mean that it is dead
 * @param patience how long reads wait for a server that is away before they fail
 */
public record Timeouts(
        Duration connect, Duration answer, Duration storing, Duration silence, Duration patience) {
    /** What suits a real server. */
    public static final Timeouts DEFAULT =
            new Timeouts(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(120),
                    Duration.ofMinutes(15),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(60));
}
