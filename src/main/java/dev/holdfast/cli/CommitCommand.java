package dev.holdfast.cli;

import picocli.CommandLine.Command;

@Command(name = "commit")
final class CommitCommand implements Runnable {
    @Override
    public void run() {}
}
