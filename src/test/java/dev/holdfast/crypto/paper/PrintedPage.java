package dev.holdfast.crypto.paper;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * Renders an HTML paper copy as a browser prints it and a camera sees it: each block a page with
 * its lines of text and its picture of 500 pt; then turned, unevenly lit, noisy. Independent of the
 * code under test: it reads the SVG's rectangles itself.
 */
final class PrintedPage {
    private static final Pattern BLOCK =
            Pattern.compile("<div.*?<p>\\n(.*?)</p>.*?base64,([A-Za-z0-9+/]+)\"", Pattern.DOTALL);
    private static final Pattern RECTANGLE =
            Pattern.compile(
                    "<rect x=\"(\\d+)\" y=\"(\\d+)\" width=\"(\\d+)\" height=\"(\\d+)\" fill=\"#(\\w+)\"");
    private static final Pattern VIEW = Pattern.compile("viewBox=\"0 0 (\\d+) (\\d+)\"");

    private PrintedPage() {}

    /** The pages of a copy as sharp pictures, 1.6 pixels per point. */
    static List<BufferedImage> print(String html) {
        List<BufferedImage> pages = new ArrayList<>();
        Matcher block = BLOCK.matcher(html);
        while (block.find()) {
            String svg =
                    new String(Base64.getDecoder().decode(block.group(2)), StandardCharsets.UTF_8);
            pages.add(page(block.group(1).lines().toList(), svg));
        }
        return pages;
    }

    private static BufferedImage page(List<String> lines, String svg) {
        int width = 1000;
        int code = 800;
        BufferedImage page =
                new BufferedImage(
                        width, 40 + 22 * lines.size() + code + 120, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = page.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, page.getWidth(), page.getHeight());
        graphics.setColor(Color.BLACK);
        graphics.setFont(new Font(Font.MONOSPACED, Font.PLAIN, 16));
        int y = 40;
        for (String line : lines) {
            graphics.drawString(line, 30, y);
            y += 22;
        }
        Matcher view = VIEW.matcher(svg);
        if (!view.find()) {
            throw new IllegalArgumentException("no viewBox");
        }
        double module = (double) code / Integer.parseInt(view.group(1));
        Matcher r = RECTANGLE.matcher(svg);
        while (r.find()) {
            graphics.setColor(new Color(Integer.parseInt(r.group(5), 16)));
            int left = (int) Math.round(Integer.parseInt(r.group(1)) * module);
            int top = (int) Math.round(Integer.parseInt(r.group(2)) * module);
            int right =
                    (int)
                            Math.round(
                                    (Integer.parseInt(r.group(1)) + Integer.parseInt(r.group(3)))
                                            * module);
            int bottom =
                    (int)
                            Math.round(
                                    (Integer.parseInt(r.group(2)) + Integer.parseInt(r.group(4)))
                                            * module);
            graphics.fillRect(100 + left, y + 40 + top, right - left, bottom - top);
        }
        graphics.dispose();
        return page;
    }

    /** What a camera makes of a page. */
    static BufferedImage photograph(BufferedImage page, double degrees, long seed) {
        BufferedImage photo =
                new BufferedImage(
                        page.getWidth() + 300, page.getHeight() + 300, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = photo.createGraphics();
        graphics.setColor(new Color(120, 100, 80));
        graphics.fillRect(0, 0, photo.getWidth(), photo.getHeight());
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.rotate(Math.toRadians(degrees), photo.getWidth() / 2.0, photo.getHeight() / 2.0);
        graphics.drawImage(page, 150, 150, null);
        graphics.dispose();
        Random random = new Random(seed);
        for (int y = 0; y < photo.getHeight(); y++) {
            for (int x = 0; x < photo.getWidth(); x++) {
                int rgb = photo.getRGB(x, y);
                // A shadow from the lower right, and the noise of a small sensor.
                double light = 1 - 0.45 * (x + y) / (photo.getWidth() + photo.getHeight());
                int noise = (int) (random.nextGaussian() * 12);
                photo.setRGB(
                        x,
                        y,
                        channel(rgb >> 16, light, noise) << 16
                                | channel(rgb >> 8, light, noise) << 8
                                | channel(rgb, light, noise));
            }
        }
        return photo;
    }

    private static int channel(int value, double light, int noise) {
        return Math.max(0, Math.min(255, (int) ((value & 0xff) * light) + noise));
    }

    /** The image as a file, {@code png} or {@code jpeg}. */
    static byte[] file(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException(format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
