package dev.holdfast.cli;

import picocli.CommandLine.Command;

@Command(name = "mount")
final class MountCommand implements Runnable {
    @Override
    public void run() {}
}
