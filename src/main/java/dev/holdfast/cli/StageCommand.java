package dev.holdfast.cli;

import picocli.CommandLine.Command;

@Command(name = "stage")
final class StageCommand implements Runnable {
    @Override
    public void run() {}
}
