package dev.holdfast.cli;

import picocli.CommandLine.Command;

@Command(name = "restore")
final class RestoreCommand implements Runnable {
    @Override
    public void run() {}
}
