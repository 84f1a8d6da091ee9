package dev.holdfast.crypto.paper;

import com.google.zxing.common.BitMatrix;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a QR code out of an SVG drawing made of unit squares, as {@link QrCode#svg} and the
 * official client draw it. No drawing is rendered: the squares' coordinates are the modules.
 */
final class SvgCode {
    /** Modules along the side of the largest QR code, version 40. */
    private static final int MAX_SIZE = 177;

    private static final Pattern VIEW =
            Pattern.compile("viewBox=\"0 0 ([0-9]{1,3}) ([0-9]{1,3})\"");
    private static final Pattern DARK =
            Pattern.compile(
                    "<rect x=\"([0-9]{1,3})\" y=\"([0-9]{1,3})\" width=\"1\" height=\"1\" fill=\"#000000\"/>");

    private SvgCode() {}

    /** The content of the code; absent if the drawing is none. */
    static Optional<byte[]> content(String svg) {
        Matcher view = VIEW.matcher(svg);
        if (!view.find()) {
            return Optional.empty();
        }
        int size = Integer.parseInt(view.group(1));
        if (size < 21 || size > MAX_SIZE || size != Integer.parseInt(view.group(2))) {
            return Optional.empty();
        }
        BitMatrix dark = new BitMatrix(size);
        Matcher square = DARK.matcher(svg);
        while (square.find()) {
            int x = Integer.parseInt(square.group(1));
            int y = Integer.parseInt(square.group(2));
            if (x >= size || y >= size) {
                return Optional.empty();
            }
            dark.set(x, y);
        }
        return new QrCode(dark).content();
    }
}
