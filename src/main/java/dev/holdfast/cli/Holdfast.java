package dev.holdfast.cli;

/** Entry point of the {@code holdfast} command. */
public final class Holdfast {
    private Holdfast() {}

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {}
}
