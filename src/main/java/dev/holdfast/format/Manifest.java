package dev.holdfast.format;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The list of a snapshot's files, {@code index.json.blob} (keys.md §7).
 *
 * <p>The signature is an HMAC over the canonical JSON of the members {@code backup-id}, {@code
 * backup-time}, {@code backup-type} and {@code files}; {@code unprotected} (notes, verify state,
 * key fingerprint) is what the name says. A manifest may be rewritten at any time by the server,
 * but the signed part never changes.
 *
 * @param snapshot group and time
 * @param files in order; the order is signed
 * @param unprotected members that the signature does not cover, unknown ones included; do not
 *     modify
 * @param signature 64 hex digits
 */
public record Manifest(
        SnapshotId snapshot,
        List<ManifestFile> files,
        ObjectNode unprotected,
        Optional<String> signature) {

    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    public Manifest {
        files = List.copyOf(files);
        Set<String> names = new HashSet<>();
        for (ManifestFile file : files) {
            if (!names.add(file.name())) {
                throw new FormatException("manifest lists " + file.name() + " twice");
            }
        }
    }

    /** A new, unsigned manifest. */
    public static Manifest unsigned(SnapshotId snapshot, List<ManifestFile> files) {
        return new Manifest(snapshot, files, JSON.createObjectNode(), Optional.empty());
    }

    /**
     * Reads the JSON text of a manifest.
     *
     * @throws FormatException if a member is missing, of the wrong type or out of range
     */
    public static Manifest parse(byte[] json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (!(root instanceof ObjectNode)) {
                throw new FormatException("manifest is no JSON object");
            }
            GroupId group =
                    GroupId.tryParse(text(root, "backup-type") + "/" + text(root, "backup-id"))
                            .orElseThrow(
                                    () ->
                                            new FormatException(
                                                    "manifest: invalid backup type or id"));
            JsonNode unprotected = root.path("unprotected");
            if (!unprotected.isMissingNode() && !unprotected.isObject()) {
                throw new FormatException("manifest: 'unprotected' is no object");
            }
            JsonNode signature = root.path("signature");
            return new Manifest(
                    group.at(integer(root, "backup-time")),
                    files(root.path("files")),
                    unprotected.isMissingNode()
                            ? JSON.createObjectNode()
                            : (ObjectNode) unprotected,
                    signature.isMissingNode() || signature.isNull()
                            ? Optional.empty()
                            : Optional.of(text(root, "signature")));
        } catch (IOException e) {
            throw new FormatException("manifest is no valid JSON: " + firstLine(e), e);
        } catch (IllegalArgumentException e) {
            throw new FormatException("manifest: " + e.getMessage(), e);
        }
    }

    private static List<ManifestFile> files(JsonNode array) {
        if (!array.isArray()) {
            throw new FormatException("manifest: 'files' is missing");
        }
        List<ManifestFile> files = new ArrayList<>();
        for (JsonNode file : array) {
            files.add(
                    new ManifestFile(
                            text(file, "filename"),
                            file.has("crypt-mode")
                                    ? CryptMode.parse(text(file, "crypt-mode"))
                                    : CryptMode.NONE,
                            integer(file, "size"),
                            Digest.parse(text(file, "csum"))));
        }
        return files;
    }

    private static String text(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (!value.isTextual()) {
            throw new FormatException("manifest: '" + member + "' is missing or no string");
        }
        return value.textValue();
    }

    private static long integer(JsonNode object, String member) {
        JsonNode value = object.path(member);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new FormatException("manifest: '" + member + "' is missing or no integer");
        }
        return value.longValue();
    }

    /** The entry of a stored file. */
    public Optional<ManifestFile> file(String storedName) {
        return files.stream().filter(f -> f.name().equals(storedName)).findFirst();
    }

    /** The key that signed the manifest, as it claims itself. */
    public Optional<Fingerprint> keyFingerprint() {
        JsonNode fingerprint = unprotected.path("key-fingerprint");
        return fingerprint.isTextual()
                ? Optional.of(Fingerprint.parse(fingerprint.textValue()))
                : Optional.empty();
    }

    /** The user's notes. */
    public Optional<String> notes() {
        return Optional.ofNullable(unprotected.path("notes").textValue());
    }

    /** The result of the server's last verification, {@code ok} or {@code failed}. */
    public Optional<String> verifyState() {
        return Optional.ofNullable(unprotected.path("verify_state").path("state").textValue());
    }

    /** Whether any file is encrypted. */
    public boolean isEncrypted() {
        return files.stream().anyMatch(f -> f.mode() == CryptMode.ENCRYPT);
    }

    /** The same with a signature and the fingerprint of the key that made it. */
    public Manifest signed(String newSignature, Fingerprint fingerprint) {
        return with(
                "key-fingerprint",
                JSON.getNodeFactory().textNode(fingerprint.longForm()),
                Optional.of(newSignature));
    }

    /** The same with another member of the unprotected part. */
    public Manifest withUnprotected(String member, JsonNode value) {
        return with(member, value, signature);
    }

    private Manifest with(String member, JsonNode value, Optional<String> newSignature) {
        ObjectNode copy = unprotected.deepCopy();
        copy.set(member, value);
        return new Manifest(snapshot, files, copy, newSignature);
    }

    /** The bytes that the signature covers (keys.md §7.2): members sorted, no white space. */
    public byte[] canonicalBytes() {
        StringBuilder text = new StringBuilder("{\"backup-id\":");
        CanonicalJson.appendString(text, snapshot.group().id());
        text.append(",\"backup-time\":").append(snapshot.epochSeconds());
        text.append(",\"backup-type\":");
        CanonicalJson.appendString(text, snapshot.group().type().text());
        text.append(",\"files\":[");
        for (int i = 0; i < files.size(); i++) {
            ManifestFile file = files.get(i);
            text.append(i == 0 ? "" : ",").append("{\"crypt-mode\":");
            CanonicalJson.appendString(text, file.mode().text());
            text.append(",\"csum\":");
            CanonicalJson.appendString(text, file.checksum().hex());
            text.append(",\"filename\":");
            CanonicalJson.appendString(text, file.name());
            text.append(",\"size\":").append(file.sizeBytes()).append('}');
        }
        return text.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The JSON text as it is stored: pretty-printed, members in alphabetical order. */
    public byte[] encode() {
        ObjectNode root = JSON.createObjectNode();
        root.put("backup-id", snapshot.group().id());
        root.put("backup-time", snapshot.epochSeconds());
        root.put("backup-type", snapshot.group().type().text());
        for (ManifestFile file : files) {
            root.withArray("files")
                    .addObject()
                    .put("crypt-mode", file.mode().text())
                    .put("csum", file.checksum().hex())
                    .put("filename", file.name())
                    .put("size", file.sizeBytes());
        }
        if (files.isEmpty()) {
            root.putArray("files");
        }
        root.put("signature", signature.orElse(null));
        root.set("unprotected", unprotected);
        return PrettyJson.encode(root);
    }

    private static String firstLine(IOException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
