package dev.holdfast.format;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Objects;

/**
 * One share of an encryption key, as it is printed. A format of our own; JSON with the members
 *
 * <pre>
 * share        number of this share, from 1; its x coordinate
 * threshold    how many shares rebuild the key, from 2
 * shares       how many were made
 * set          16 hex digits, random: shares fit only others of the same splitting
 * fingerprint  of the key, long form
 * created      when the key was made, Unix seconds
 * data         base64 of 32 bytes: the key's bytes shared over GF(2⁸) with the polynomial of AES
 *              (x⁸+x⁴+x³+x+1), the key at x = 0
 * checksum     first 16 hex digits of SHA-256 over the values above, separated by "/", data in hex
 * </pre>
 *
 * <p>The checksum finds slips of the pen, not forgeries; whether the rebuilt key is right, its
 * fingerprint says.
 */
public record KeyShare(
        int number,
        int threshold,
        int shares,
        String set,
        Fingerprint fingerprint,
        long createdSeconds,
        byte[] data) {

    /** The most shares of one key: one per element of the field but 0. */
    public static final int MAX_SHARES = 255;

    private static final int SET_DIGITS = 16;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public KeyShare {
        Objects.requireNonNull(fingerprint);
        if (threshold < 2 || shares < threshold || shares > MAX_SHARES) {
            throw new FormatException(
                    "key share: " + threshold + " of " + shares + " shares is not possible");
        }
        if (number < 1 || number > shares) {
            throw new FormatException("key share: number " + number + " of " + shares);
        }
        if (!set.matches("[0-9a-f]{" + SET_DIGITS + "}")) {
            throw new FormatException("key share: 'set' is not " + SET_DIGITS + " hex digits");
        }
        if (data.length != KeyFile.KEY_BYTES) {
            throw new FormatException(
                    "key share: 'data' has " + data.length + " bytes, expected 32");
        }
    }

    /** Whether the text claims to be a share, well-formed or not. */
    public static boolean isShare(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        return text.contains("\"share\"") && text.contains("\"threshold\"");
    }

    /**
     * Reads the JSON text of a share.
     *
     * @throws FormatException if it is none, or its checksum does not fit; the message names the
     *     share where that can be read, and never quotes its data
     */
    public static KeyShare parse(byte[] json) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (IOException e) {
            // Jackson's message would quote the source text.
            throw new FormatException("no key share: not valid JSON");
        }
        if (root == null || !root.isObject()) {
            throw new FormatException("no key share: not a JSON object");
        }
        String name = "key share " + root.path("share").asText("without number");
        byte[] data;
        try {
            data = Base64.getDecoder().decode(text(root, "data"));
        } catch (IllegalArgumentException e) {
            throw new FormatException(name + " is damaged: 'data' is no base64");
        }
        KeyShare share =
                new KeyShare(
                        integer(root, "share"),
                        integer(root, "threshold"),
                        integer(root, "shares"),
                        text(root, "set"),
                        Fingerprint.parse(text(root, "fingerprint")),
                        root.path("created").asLong(-1),
                        data);
        if (!share.checksum().equals(text(root, "checksum"))) {
            throw new FormatException(
                    name + " is damaged: its checksum does not fit; compare it with the paper");
        }
        return share;
    }

    private static int integer(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new FormatException("key share: '" + member + "' is missing or no number");
        }
        return value.intValue();
    }

    private static String text(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (!value.isTextual()) {
            throw new FormatException("key share: '" + member + "' is missing or no string");
        }
        return value.textValue();
    }

    private String checksum() {
        String text =
                String.join(
                        "/",
                        Integer.toString(number),
                        Integer.toString(threshold),
                        Integer.toString(shares),
                        set,
                        fingerprint.longForm(),
                        Long.toString(createdSeconds),
                        Digest.of(data).hex());
        return Sha256.of(text.getBytes(StandardCharsets.US_ASCII)).hex().substring(0, 16);
    }

    /** The JSON text, laid out for paper. */
    public byte[] encode() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("share", number).put("threshold", threshold).put("shares", shares);
        root.put("set", set).put("fingerprint", fingerprint.longForm());
        root.put("created", createdSeconds);
        root.put("data", Base64.getEncoder().encodeToString(data));
        root.put("checksum", checksum());
        return PrettyJson.encode(root);
    }

    /** Says which share this is, never what it holds. */
    @Override
    public String toString() {
        return "share "
                + number
                + " of "
                + shares
                + " of key "
                + fingerprint.shortForm()
                + " (set "
                + set
                + ")";
    }
}
