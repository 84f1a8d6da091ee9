package dev.holdfast.cli;

import dev.holdfast.crypto.paper.PaperCopy;
import dev.holdfast.crypto.paper.PaperHtml;
import dev.holdfast.crypto.paper.PaperText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How copies for paper look. */
final class PaperFormat {
    /** The formats. */
    enum Format {
        TEXT,
        HTML
    }

    @Option(
            names = {"--format", "--output-format"},
            paramLabel = "FORMAT",
            defaultValue = "html",
            description = "html (default): for a browser; text: for a printer.")
    Format format;

    @Option(names = "--subject", paramLabel = "S", description = "A line above the key.")
    Optional<String> subject = Optional.empty();

    /** The pages of these copies. */
    byte[] print(List<PaperCopy> copies) {
        String text =
                format == Format.HTML
                        ? PaperHtml.of(copies, subject)
                        : PaperText.of(copies, subject);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The extension of files in this format. */
    String extension() {
        return format == Format.HTML ? ".html" : ".txt";
    }
}
