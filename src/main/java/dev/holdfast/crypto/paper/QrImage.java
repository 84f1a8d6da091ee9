package dev.holdfast.crypto.paper;

import com.google.zxing.Binarizer;
import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.LuminanceSource;
import com.google.zxing.NotFoundException;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.Result;
import com.google.zxing.common.GlobalHistogramBinarizer;
import com.google.zxing.common.HybridBinarizer;
import com.google.zxing.multi.qrcode.QRCodeMultiReader;
import com.google.zxing.qrcode.QRCodeReader;
import dev.holdfast.BadKey;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * The QR codes in a photograph or scan. Photographs are uneven, so several ways of telling dark
 * from light are tried at several sizes, until one finds something.
 */
final class QrImage {
    /** An image of 100 megapixels takes 400 MB; nobody photographs a page larger. */
    private static final long MAX_PIXELS = 64_000_000;

    /** Modules of a few pixels are found best; a photograph of 12 megapixels has far more. */
    private static final int[] LONG_SIDES = {0, 1600, 1000, 2600};

    private QrImage() {}

    static {
        System.setProperty("java.awt.headless", "true");
    }

    /** Whether the bytes begin like a PNG or JPEG file. */
    static boolean isImage(byte[] content) {
        boolean png =
                content.length > 8
                        && (content[0] & 0xff) == 0x89
                        && content[1] == 'P'
                        && content[2] == 'N'
                        && content[3] == 'G';
        boolean jpeg =
                content.length > 3
                        && (content[0] & 0xff) == 0xff
                        && (content[1] & 0xff) == 0xd8
                        && (content[2] & 0xff) == 0xff;
        return png || jpeg;
    }

    /**
     * The contents of all codes that can be read, from top to bottom.
     *
     * @param name how the image is called in messages
     * @throws BadKey if it is no image or has no readable code
     */
    static List<byte[]> contents(byte[] content, String name) {
        BufferedImage image = decode(content, name);
        Set<String> texts = new LinkedHashSet<>();
        for (int longSide : LONG_SIDES) {
            BufferedImage scaled = scale(image, longSide);
            texts.addAll(read(scaled, HybridBinarizer::new));
            if (texts.isEmpty()) {
                texts.addAll(read(scaled, GlobalHistogramBinarizer::new));
            }
            if (!texts.isEmpty()) {
                break;
            }
        }
        if (texts.isEmpty()) {
            throw new BadKey(
                    "no QR code can be read in image "
                            + name
                            + "; photograph the page again, flat, sharp and well lit");
        }
        return texts.stream().map(QrCode::bytes).toList();
    }

    private static BufferedImage decode(byte[] content, String name) {
        try (ImageInputStream in =
                ImageIO.createImageInputStream(new ByteArrayInputStream(content))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new BadKey("image " + name + " cannot be read; PNG and JPEG can");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                if ((long) reader.getWidth(0) * reader.getHeight(0) > MAX_PIXELS) {
                    throw new BadKey(
                            "image " + name + " is larger than 64 megapixels; make it smaller");
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (BadKey e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The decoders of the library throw all sorts of things on broken files.
            throw new BadKey("image " + name + " is damaged and cannot be read", e);
        }
    }

    private static BufferedImage scale(BufferedImage image, int longSide) {
        int widest = Math.max(image.getWidth(), image.getHeight());
        double factor = longSide == 0 ? 1 : (double) longSide / widest;
        int width = Math.max(1, (int) (image.getWidth() * factor));
        int height = Math.max(1, (int) (image.getHeight() * factor));
        // A white margin besides: a code that touches the edge of the picture is not found.
        int margin = 16;
        BufferedImage scaled =
                new BufferedImage(
                        width + 2 * margin, height + 2 * margin, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = scaled.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, scaled.getWidth(), scaled.getHeight());
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, margin, margin, width, height, null);
        graphics.dispose();
        return scaled;
    }

    private static List<String> read(
            BufferedImage image, Function<LuminanceSource, Binarizer> binarizer) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        BinaryBitmap bitmap =
                new BinaryBitmap(binarizer.apply(new RGBLuminanceSource(width, height, pixels)));
        Map<DecodeHintType, Object> hints = new EnumMap<>(QrCode.BYTES);
        hints.put(DecodeHintType.TRY_HARDER, true);
        List<Result> found = new ArrayList<>();
        try {
            found.addAll(List.of(new QRCodeMultiReader().decodeMultiple(bitmap, hints)));
        } catch (NotFoundException e) {
            try {
                // Looks less closely for the three corners, and finds single codes the other
                // misses.
                found.add(new QRCodeReader().decode(bitmap, hints));
            } catch (ReaderException none) {
                return List.of();
            }
        }
        found.sort((a, b) -> Float.compare(top(a), top(b)));
        return found.stream().map(Result::getText).toList();
    }

    private static float top(Result result) {
        float top = Float.MAX_VALUE;
        for (var point : result.getResultPoints()) {
            top = Math.min(top, point.getY());
        }
        return top;
    }
}
