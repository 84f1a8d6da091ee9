package dev.holdfast.cli;

import picocli.CommandLine.Command;

@Command(name = "backup")
final class BackupCommand implements Runnable {
    @Override
    public void run() {}
}
