package dev.holdfast.cli;

import picocli.CommandLine.Command;

@Command(name = "unmount")
final class UnmountCommand implements Runnable {
    @Override
    public void run() {}
}
