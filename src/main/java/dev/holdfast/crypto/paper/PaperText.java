package dev.holdfast.crypto.paper;

import java.util.List;
import java.util.Optional;

/** Paper copies as text for a printer (keys.md §9.1), QR codes drawn with half blocks. */
public final class PaperText {
    private static final int BLOCK_LINES = 5;

    private PaperText() {}

    /** The whole text; several copies on pages of their own. */
    public static String of(List<PaperCopy> copies, Optional<String> subject) {
        StringBuilder text = new StringBuilder();
        for (PaperCopy copy : copies) {
            text.append(text.isEmpty() ? "" : "\f\n");
            append(text, copy, subject);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, PaperCopy copy, Optional<String> subject) {
        subject.ifPresent(s -> text.append("Subject: ").append(s).append("\n\n"));
        for (PaperCopy.Block block : copy.blocks(BLOCK_LINES)) {
            if (copy.isMaster()) {
                for (int i = 0; i < block.lines().size(); i++) {
                    text.append("%2d: %s\n".formatted(block.firstLine() + i, block.lines().get(i)));
                }
                text.append(block.code().halfBlocks()).append("\n\f\n");
            } else {
                text.append("-----BEGIN ").append(copy.marker()).append("-----\n");
                block.lines().forEach(line -> text.append(line).append('\n'));
                text.append("-----END ").append(copy.marker()).append("-----\n");
                text.append(block.code().halfBlocks()).append('\n');
            }
        }
    }
}
