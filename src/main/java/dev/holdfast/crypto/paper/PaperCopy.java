package dev.holdfast.crypto.paper;

import dev.holdfast.BadKey;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.KeyFile;
import dev.holdfast.format.KeyShare;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;

/**
 * What goes on paper (keys.md §9): lines of text, in blocks that share a QR code. The code holds
 * the block's lines joined by LF, without a final one.
 *
 * <ul>
 *   <li>An encryption key or a share of one is a single block between marker lines.
 *   <li>A master key is PEM; its lines are numbered from 0, and it has as many blocks as it needs.
 * </ul>
 *
 * @param marker what stands after BEGIN and END; empty for a master key, whose lines carry their
 *     own
 * @param lines the content
 */
public record PaperCopy(String marker, List<String> lines) {
    /** The marker of an encryption key. */
    public static final String KEY = "PROXMOX BACKUP KEY";

    /** The marker of a share; the official client does not know shares. */
    public static final String SHARE = "HOLDFAST KEY SHARE";

    private static final int MIN_MASTER_LINES = 20;

    public PaperCopy {
        lines = List.copyOf(lines);
    }

    /** A copy of an encryption key, protected as the file is. */
    public static PaperCopy of(KeyFile key) {
        return new PaperCopy(KEY, lines(key.encodePretty(ZoneId.systemDefault())));
    }

    /** A copy of a share. */
    public static PaperCopy of(KeyShare share) {
        return new PaperCopy(SHARE, lines(share.encode()));
    }

    /**
     * A copy of the content of a key file or of a master private key in PEM.
     *
     * @param name how the file is called in messages
     * @throws BadKey if it is neither, or a master key without a passphrase
     */
    public static PaperCopy of(byte[] content, String name) {
        String text = new String(content, StandardCharsets.UTF_8);
        if (text.startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")) {
            return master(text, "-----END ENCRYPTED PRIVATE KEY-----", name);
        }
        if (text.startsWith("-----BEGIN RSA PRIVATE KEY-----\n")) {
            return master(text, "-----END RSA PRIVATE KEY-----", name);
        }
        if (text.startsWith("-----BEGIN ")) {
            throw new BadKey(
                    name
                            + " is PEM, but no master private key with a passphrase; only those are printed");
        }
        try {
            return of(KeyFile.parse(content));
        } catch (FormatException e) {
            throw new BadKey(name + ": " + e.getMessage(), e);
        }
    }

    private static PaperCopy master(String pem, String lastLine, String name) {
        List<String> lines =
                pem.lines().map(String::stripTrailing).filter(line -> !line.isEmpty()).toList();
        if (lines.size() < MIN_MASTER_LINES || !lines.get(lines.size() - 1).equals(lastLine)) {
            throw new BadKey(
                    name + " is cut off: a master key has more lines, and ends with " + lastLine);
        }
        return new PaperCopy("", lines);
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).lines().toList();
    }

    /** Whether this is a master key. */
    boolean isMaster() {
        return marker.isEmpty();
    }

    /** The blocks, of {@code blockLines} lines each in a master key. */
    List<Block> blocks(int blockLines) {
        if (!isMaster()) {
            return List.of(new Block(0, lines));
        }
        List<Block> blocks = new ArrayList<>();
        for (int from = 0; from < lines.size(); from += blockLines) {
            blocks.add(
                    new Block(
                            from, lines.subList(from, Math.min(from + blockLines, lines.size()))));
        }
        return blocks;
    }

    /**
     * Lines that share a QR code.
     *
     * @param firstLine number of the first one
     */
    record Block(int firstLine, List<String> lines) {
        QrCode code() {
            return QrCode.of(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
    }
}
