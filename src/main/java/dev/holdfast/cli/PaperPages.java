package dev.holdfast.cli;

import dev.holdfast.crypto.paper.PaperReader;
import java.nio.file.Path;
import java.util.List;

/** Reads files that hold pages of paper copies. */
final class PaperPages {
    private PaperPages() {}

    /** What is on these pages. */
    static PaperReader read(List<Path> files) {
        PaperReader reader = new PaperReader();
        for (Path file : files) {
            reader.add(KeyFiles.read(file, "page", PaperReader.MAX_PAGE_BYTES), file.toString());
        }
        return reader;
    }
}
