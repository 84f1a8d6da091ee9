package dev.holdfast.store.pbs.server;

import java.time.Duration;

/** What goes wrong with a request. */
public sealed interface Fault {
    /** Nothing. */
    record None() implements Fault {}

    /** The connection ends before the request is looked at. */
    record Drop() implements Fault {}

    /** The connection ends after the request was carried out, before the answer. */
    record DropAnswer() implements Fault {}

    /** The stream is reset in the middle of the answer. */
    record BreakOff() implements Fault {}

    /** Nothing becomes of the request, and the connection lives. */
    record Never() implements Fault {}

    /** Half of the answer comes and then nothing more, and the connection lives. */
    record Stall() implements Fault {}

    /** A bit in the last byte of the answer is wrong. */
    record Corrupt() implements Fault {}

    /** The answer comes late. */
    record Slow(Duration delay) implements Fault {}

    /** The server asks the client to go elsewhere with its next requests, and answers this one. */
    record GoAway() implements Fault {}

    /** The request is refused. */
    record Refuse(int status, String text) implements Fault {}

    /** Decides about each request; called by many threads. */
    @FunctionalInterface
    interface Plan {
        Fault of(String method, String path);
    }
}
