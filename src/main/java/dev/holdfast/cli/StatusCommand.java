package dev.holdfast.cli;

import picocli.CommandLine.Command;

@Command(name = "status")
final class StatusCommand implements Runnable {
    @Override
    public void run() {}
}
