package dev.holdfast.format;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An encryption key as it is stored (keys.md §2): compact JSON without a trailing newline, members
 * in the order {@code kdf}, {@code created}, {@code modified}, {@code data}, {@code fingerprint},
 * {@code hint}.
 *
 * <p>{@code data} is the 32-byte key itself when there is no KDF, else {@code IV(16) ‖ tag(16) ‖
 * ciphertext(32)}.
 *
 * @param createdSeconds Unix time
 * @param modifiedSeconds Unix time
 * @param fingerprint absent in old files; checked after unlocking when present
 * @param hint reminds of the passphrase
 */
public record KeyFile(
        Kdf kdf,
        long createdSeconds,
        long modifiedSeconds,
        byte[] data,
        Optional<Fingerprint> fingerprint,
        Optional<String> hint) {

    /** IV, tag and ciphertext of a protected key. */
    public static final int PROTECTED_BYTES = 64;

    /** The bare key. */
    public static final int KEY_BYTES = 32;

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern TIME =
            Pattern.compile(
                    "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})");
    private static final DateTimeFormatter LOCAL_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx");

    public KeyFile {
        Objects.requireNonNull(kdf);
        int expected = kdf instanceof Kdf.None ? KEY_BYTES : PROTECTED_BYTES;
        if (data.length != expected) {
            throw new FormatException(
                    "key file: 'data' has " + data.length + " bytes, expected " + expected);
        }
        hint.ifPresent(KeyFile::checkHint);
    }

    /**
     * Fails on a hint that other readers would reject: 1 to 64 characters, none a control
     * character.
     */
    public static void checkHint(String hint) {
        if (hint.isEmpty()
                || hint.length() > 64
                || hint.chars().anyMatch(Character::isISOControl)) {
            throw new FormatException("a hint has 1 to 64 characters and no control characters");
        }
    }

    /**
     * Reads the JSON text of a key file.
     *
     * @throws FormatException if it is no key file; the message never shows any of its content
     */
    public static KeyFile parse(byte[] json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (root == null || !root.isObject()) {
                throw new FormatException("no key file: not a JSON object");
            }
            return new KeyFile(
                    kdf(root.path("kdf")),
                    time(root, "created"),
                    time(root, "modified"),
                    base64(root, "data"),
                    optionalText(root, "fingerprint").map(Fingerprint::parse),
                    optionalText(root, "hint"));
        } catch (IOException e) {
            // Jackson's message would quote the source text, that is the key.
            throw new FormatException("no key file: not valid JSON");
        }
    }

    private static Kdf kdf(JsonNode kdf) {
        if (kdf.isMissingNode() || kdf.isNull()) {
            return new Kdf.None();
        }
        JsonNode scrypt = kdf.path("Scrypt");
        if (scrypt.isObject()) {
            return new Kdf.Scrypt(
                    integer(scrypt, "n"),
                    integer(scrypt, "r"),
                    integer(scrypt, "p"),
                    base64(scrypt, "salt"));
        }
        JsonNode pbkdf2 = kdf.path("PBKDF2");
        if (pbkdf2.isObject()) {
            return new Kdf.Pbkdf2(integer(pbkdf2, "iter"), base64(pbkdf2, "salt"));
        }
        throw new FormatException("key file: unknown key derivation; expected Scrypt or PBKDF2");
    }

    private static String text(JsonNode object, String member) {
        return optionalText(object, member)
                .orElseThrow(() -> new FormatException("no key file: '" + member + "' is missing"));
    }

    private static Optional<String> optionalText(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new FormatException("key file: '" + member + "' is no string");
        }
        return Optional.of(value.textValue());
    }

    private static int integer(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new FormatException("key file: '" + member + "' is missing or out of range");
        }
        return value.intValue();
    }

    private static byte[] base64(JsonNode object, String member) {
        try {
            return Base64.getDecoder().decode(text(object, member));
        } catch (IllegalArgumentException e) {
            throw new FormatException("key file: '" + member + "' is no base64");
        }
    }

    private static long time(JsonNode object, String member) {
        String value = text(object, member);
        if (TIME.matcher(value).matches()) {
            try {
                // A leap second counts as the second before it.
                String plain =
                        value.startsWith(":60", 16)
                                ? value.substring(0, 16) + ":59" + value.substring(19)
                                : value;
                return OffsetDateTime.parse(plain).toEpochSecond();
            } catch (DateTimeException e) {
                throw new FormatException("key file: '" + member + "' is no valid time", e);
            }
        }
        throw new FormatException("key file: '" + member + "' is no RFC 3339 time");
    }

    /**
     * The JSON text, as the official client writes it; times in the zone {@code zone} with a
     * numeric offset.
     */
    public byte[] encode(ZoneId zone) {
        try {
            return JSON.writeValueAsBytes(tree(zone));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values serialises", e);
        }
    }

    /** The same text laid out for people, as it is printed on paper (keys.md §9). */
    public byte[] encodePretty(ZoneId zone) {
        return PrettyJson.encode(tree(zone));
    }

    private ObjectNode tree(ZoneId zone) {
        ObjectNode root = JSON.createObjectNode();
        if (kdf instanceof Kdf.Scrypt scrypt) {
            root.putObject("kdf")
                    .putObject("Scrypt")
                    .put("n", scrypt.n())
                    .put("r", scrypt.r())
                    .put("p", scrypt.p())
                    .put("salt", Base64.getEncoder().encodeToString(scrypt.salt()));
        } else if (kdf instanceof Kdf.Pbkdf2 pbkdf2) {
            root.putObject("kdf")
                    .putObject("PBKDF2")
                    .put("iter", pbkdf2.iterations())
                    .put("salt", Base64.getEncoder().encodeToString(pbkdf2.salt()));
        } else {
            root.putNull("kdf");
        }
        root.put("created", LOCAL_TIME.format(Instant.ofEpochSecond(createdSeconds).atZone(zone)));
        root.put(
                "modified", LOCAL_TIME.format(Instant.ofEpochSecond(modifiedSeconds).atZone(zone)));
        root.put("data", Base64.getEncoder().encodeToString(data));
        fingerprint.ifPresent(f -> root.put("fingerprint", f.longForm()));
        hint.ifPresent(h -> root.put("hint", h));
        return root;
    }

    /** Says what the key is, never the key itself. */
    @Override
    public String toString() {
        return "KeyFile["
                + kdf.text()
                + ", "
                + fingerprint.map(Fingerprint::shortForm).orElse("no fingerprint")
                + "]";
    }
}
