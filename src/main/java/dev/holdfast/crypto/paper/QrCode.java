package dev.holdfast.crypto.paper;

import com.google.zxing.ChecksumException;
import com.google.zxing.DecodeHintType;
import com.google.zxing.EncodeHintType;
import com.google.zxing.FormatException;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.decoder.Decoder;
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * A QR code as a square of dark and light modules without margin, error correction level M.
 *
 * <p>Its content are bytes. ZXing knows only text, so each byte travels as the ISO 8859-1 character
 * of that number; this also keeps it from adding a character set marker, which the official
 * client's codes do not have either.
 */
final class QrCode {
    /** What reads any code as bytes. */
    static final Map<DecodeHintType, Object> BYTES =
            Map.of(DecodeHintType.CHARACTER_SET, "ISO-8859-1");

    private final BitMatrix dark;

    QrCode(BitMatrix dark) {
        this.dark = dark;
    }

    /** The code of {@code content}, as small as it can be. */
    static QrCode of(byte[] content) {
        try {
            ByteMatrix matrix =
                    Encoder.encode(
                                    new String(content, StandardCharsets.ISO_8859_1),
                                    ErrorCorrectionLevel.M,
                                    Map.of(EncodeHintType.QR_COMPACT, isAscii(content)))
                            .getMatrix();
            BitMatrix dark = new BitMatrix(matrix.getWidth());
            for (int y = 0; y < matrix.getHeight(); y++) {
                for (int x = 0; x < matrix.getWidth(); x++) {
                    if (matrix.get(x, y) == 1) {
                        dark.set(x, y);
                    }
                }
            }
            return new QrCode(dark);
        } catch (WriterException e) {
            throw new IllegalArgumentException(
                    content.length + " bytes do not fit into a QR code", e);
        }
    }

    /**
     * Mixing modes of characters makes some codes a size smaller, as the official client's are;
     * beyond ASCII it would turn pairs of bytes into Japanese characters.
     */
    private static boolean isAscii(byte[] content) {
        for (byte b : content) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    /** What the modules say; absent if they are no QR code or too damaged. */
    Optional<byte[]> content() {
        try {
            return Optional.of(bytes(new Decoder().decode(dark, BYTES).getText()));
        } catch (FormatException | ChecksumException e) {
            return Optional.empty();
        }
    }

    /** The bytes in a text that was read with {@link #BYTES}. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Number of modules along each side. */
    int size() {
        return dark.getWidth();
    }

    /** Whether a module is dark; light outside. */
    boolean isDark(int x, int y) {
        return x < size() && y < size() && dark.get(x, y);
    }

    /** Two rows per line of text, ink for dark; each line ends with LF. */
    String halfBlocks() {
        StringBuilder text = new StringBuilder();
        for (int y = 0; y < size(); y += 2) {
            for (int x = 0; x < size(); x++) {
                boolean upper = isDark(x, y);
                boolean lower = isDark(x, y + 1);
                text.append(upper ? (lower ? '█' : '▀') : (lower ? '▄' : ' '));
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** A drawing of one unit per module. */
    String svg() {
        StringBuilder svg = new StringBuilder();
        svg.append("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
        svg.append(
                "<svg viewBox=\"0 0 %1$d %1$d\" shape-rendering=\"crispEdges\" version=\"1.1\" xmlns=\"http://www.w3.org/2000/svg\">\n"
                        .formatted(size()));
        svg.append(
                "\t<rect x=\"0\" y=\"0\" width=\"%1$d\" height=\"%1$d\" fill=\"#ffffff\"/>\n"
                        .formatted(size()));
        for (int y = 0; y < size(); y++) {
            for (int x = 0; x < size(); x++) {
                if (isDark(x, y)) {
                    svg.append("\t<rect x=\"").append(x).append("\" y=\"").append(y);
                    svg.append("\" width=\"1\" height=\"1\" fill=\"#000000\"/>\n");
                }
            }
        }
        return svg.append("</svg>\n").toString();
    }
}
