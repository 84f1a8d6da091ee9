package dev.holdfast.crypto.paper;

import dev.holdfast.BadKey;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What can be read on one page: a picture, an HTML file, or text.
 *
 * @param documents JSON texts: key files and shares
 * @param pemPieces lines of a master key from QR codes, in the order in which they were found
 * @param pemLines numbered lines of a master key
 */
record PaperPage(List<byte[]> documents, List<String> pemPieces, Map<Integer, String> pemLines) {
    private static final Pattern MARKED =
            Pattern.compile(
                    "-----BEGIN ("
                            + PaperCopy.KEY
                            + "|"
                            + PaperCopy.SHARE
                            + ")-----(.*?)-----END \\1-----",
                    Pattern.DOTALL);
    private static final Pattern NUMBERED =
            Pattern.compile("^[ \\t]*([0-9]{1,3}): (\\S.*)$", Pattern.MULTILINE);
    private static final Pattern PARAGRAPH = Pattern.compile("<p>(.*?)</p>", Pattern.DOTALL);
    private static final Pattern DRAWING =
            Pattern.compile("data:image/(svg\\+xml|png|jpeg);base64,([A-Za-z0-9+/\\s]+)=*");

    /**
     * Reads a page.
     *
     * @param name how it is called in messages
     * @throws BadKey if nothing of a paper copy is on it
     */
    static PaperPage read(byte[] content, String name) {
        PaperPage page = new PaperPage(new ArrayList<>(), new ArrayList<>(), new TreeMap<>());
        if (content.length == 0) {
            throw new BadKey(name + " is empty");
        }
        if (QrImage.isImage(content)) {
            QrImage.contents(content, name).forEach(page::addCode);
        } else {
            String text = text(content, name);
            if (text.contains("<html") || text.contains("<HTML")) {
                page.addHtml(text, name);
            } else {
                page.addText(text);
            }
        }
        if (page.documents.isEmpty() && page.pemPieces.isEmpty() && page.pemLines.isEmpty()) {
            throw new BadKey(
                    name + " is no paper copy: it has neither the lines nor the QR code of a key");
        }
        return page;
    }

    private static String text(byte[] content, String name) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
            return text.replace("\r\n", "\n").replace("\ufeff", "");
        } catch (CharacterCodingException e) {
            throw new BadKey(name + " is neither text nor an image in PNG or JPEG", e);
        }
    }

    private void addCode(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        if (text.stripLeading().startsWith("{")) {
            documents.add(content);
        } else if (text.lines().allMatch(MasterPem::isLine)) {
            pemPieces.add(text);
        }
    }

    /** The codes, since they cannot have been altered unnoticed; what they lack, from the text. */
    private void addHtml(String html, String name) {
        Matcher drawing = DRAWING.matcher(html);
        while (drawing.find()) {
            byte[] image = decode(drawing.group(2));
            if (drawing.group(1).startsWith("svg")) {
                SvgCode.content(new String(image, StandardCharsets.UTF_8)).ifPresent(this::addCode);
            } else if (QrImage.isImage(image)) {
                QrImage.contents(image, name).forEach(this::addCode);
            }
        }
        Matcher paragraph = PARAGRAPH.matcher(html);
        StringBuilder text = new StringBuilder();
        while (paragraph.find()) {
            text.append(PaperHtml.unescape(paragraph.group(1))).append('\n');
        }
        if (documents.isEmpty()) {
            addText(text.toString());
        }
    }

    private static byte[] decode(String base64) {
        return Base64.getMimeDecoder().decode(base64);
    }

    private void addText(String text) {
        Matcher marked = MARKED.matcher(text);
        while (marked.find()) {
            documents.add(json(marked.group(2)));
        }
        if (documents.isEmpty() && text.stripLeading().startsWith("{")) {
            documents.add(text.getBytes(StandardCharsets.UTF_8));
        }
        Matcher numbered = NUMBERED.matcher(text);
        while (numbered.find()) {
            String line = numbered.group(2).stripTrailing();
            if (MasterPem.isLine(line)) {
                pemLines.put(Integer.parseInt(numbered.group(1)), line);
            }
        }
        if (pemLines.isEmpty() && text.startsWith("-----BEGIN ") && documents.isEmpty()) {
            pemPieces.add(text.stripTrailing());
        }
    }

    /** The JSON between the markers; lines that were broken when it was typed are joined again. */
    private static byte[] json(String text) {
        String trimmed = text.strip();
        boolean broken =
                trimmed.lines().anyMatch(line -> odd(line.chars().filter(c -> c == '"').count()));
        String joined =
                broken ? String.join("", trimmed.lines().map(String::strip).toList()) : trimmed;
        return joined.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean odd(long count) {
        return count % 2 == 1;
    }
}
