package dev.holdfast.crypto.paper;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Paper copies as a page for a browser (keys.md §9.2) that needs nothing from elsewhere.
 *
 * <p>One deviation: the official client writes the subject as it is, so that {@code <web1> & Co}
 * prints as "{@code & Co}" or runs a script; here it is escaped.
 */
public final class PaperHtml {
    private static final int BLOCK_LINES = 20;

    private static final String HEAD =
            """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1.0">
            <title>Proxmox Backup Paperkey</title>
            <style type="text/css">
              p {
                font-size: 12pt;
                font-family: monospace;
                white-space: pre-wrap;
                line-break: anywhere;
              }
            </style>
            </head>
            <body>
            """;

    private PaperHtml() {}

    /** The whole page; several copies on printed pages of their own. */
    public static String of(List<PaperCopy> copies, Optional<String> subject) {
        StringBuilder html = new StringBuilder(HEAD);
        for (PaperCopy copy : copies) {
            subject.ifPresent(s -> html.append("<p>Subject: ").append(escape(s)).append("</p>\n"));
            for (PaperCopy.Block block : copy.blocks(BLOCK_LINES)) {
                boolean breaks = copy.isMaster() || copies.size() > 1;
                html.append("<div style=\"page-break-inside: avoid")
                        .append(breaks ? ";page-break-after: always" : "")
                        .append("\">\n<p>\n");
                appendLines(html, copy, block);
                html.append("</p>\n<center>\n<img\nwidth=\"500pt\" height=\"500pt\"\n");
                html.append("src=\"data:image/svg+xml;base64,")
                        .append(
                                Base64.getEncoder()
                                        .withoutPadding()
                                        .encodeToString(
                                                block.code()
                                                        .svg()
                                                        .getBytes(StandardCharsets.UTF_8)))
                        .append("\"/>\n</center>\n</div>\n");
            }
        }
        return html.append("</body>\n</html>\n").toString();
    }

    private static void appendLines(StringBuilder html, PaperCopy copy, PaperCopy.Block block) {
        if (copy.isMaster()) {
            for (int i = 0; i < block.lines().size(); i++) {
                html.append("%02d: ".formatted(block.firstLine() + i))
                        .append(block.lines().get(i))
                        .append('\n');
            }
            return;
        }
        html.append("-----BEGIN ").append(copy.marker()).append("-----\n");
        block.lines().forEach(line -> html.append(escape(line)).append('\n'));
        html.append("-----END ").append(copy.marker()).append("-----\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The text that {@link #escape} made of something. */
    static String unescape(String html) {
        return html.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&amp;", "&");
    }
}
