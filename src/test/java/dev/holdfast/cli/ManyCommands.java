package dev.holdfast.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs many commands in one process, since starting a process is most of the time of a command: one
 * per line of a file, its words separated by tabulators. Before what each prints there is a line
 * with a mark, and after it a line with the mark and the exit code.
 */
final class ManyCommands {
    static final String MARK = "\u0001";

    private ManyCommands() {}

    public static void main(String[] arguments) throws IOException {
        // Line by line: whoever writes them may have looked at what the one before has done.
        try (BufferedReader lines = Files.newBufferedReader(Path.of(arguments[0]))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Output.line(MARK);
                int code = Holdfast.run(line.split("\t", -1));
                Output.line(MARK + code);
            }
        }
    }
}
