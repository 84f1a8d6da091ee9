package dev.holdfast.crypto.paper;

import dev.holdfast.BadKey;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.KeyFile;
import dev.holdfast.format.KeyShare;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Collects what is on the pages of paper copies, given in any order. Not thread-safe. */
public final class PaperReader {
    /** Enough for a photograph; an HTML copy of a master key has 2 MB. */
    public static final int MAX_PAGE_BYTES = 64 << 20;

    private final List<KeyFile> keys = new ArrayList<>();
    private final List<KeyShare> shares = new ArrayList<>();
    private final List<String> pemPieces = new ArrayList<>();
    private final Map<Integer, String> pemLines = new TreeMap<>();

    /**
     * Reads one page.
     *
     * @param content an image (PNG, JPEG), an HTML file, or text
     * @param name how it is called in messages
     * @throws BadKey if nothing is found on it or what is found is damaged
     */
    public void add(byte[] content, String name) {
        PaperPage page = PaperPage.read(content, name);
        for (byte[] document : page.documents()) {
            try {
                if (KeyShare.isShare(document)) {
                    addShare(KeyShare.parse(document));
                } else {
                    addKey(KeyFile.parse(document));
                }
            } catch (FormatException e) {
                throw new BadKey(name + ": " + e.getMessage(), e);
            }
        }
        pemPieces.addAll(page.pemPieces());
        page.pemLines()
                .forEach(
                        (number, line) -> {
                            String other = pemLines.putIfAbsent(number, line);
                            if (other != null && !other.equals(line)) {
                                throw new BadKey(
                                        name
                                                + ": line "
                                                + number
                                                + " of the master key differs from that on another page");
                            }
                        });
    }

    private void addKey(KeyFile key) {
        byte[] text = key.encode(ZoneOffset.UTC);
        if (keys.stream().noneMatch(k -> Arrays.equals(k.encode(ZoneOffset.UTC), text))) {
            keys.add(key);
        }
    }

    private void addShare(KeyShare share) {
        if (shares.stream()
                .noneMatch(
                        s ->
                                s.number() == share.number()
                                        && s.set().equals(share.set())
                                        && Arrays.equals(s.data(), share.data()))) {
            shares.add(share);
        }
    }

    /** The encryption keys, each once. */
    public List<KeyFile> keys() {
        return List.copyOf(keys);
    }

    /** The shares, each once. */
    public List<KeyShare> shares() {
        return List.copyOf(shares);
    }

    /**
     * The PEM text of a master key, if there was any of it.
     *
     * @throws BadKey if parts of it are missing; the message names them
     */
    public Optional<String> masterPem() {
        if (!pemLines.isEmpty()) {
            try {
                return Optional.of(MasterPem.fromLines(pemLines));
            } catch (BadKey e) {
                if (pemPieces.isEmpty()) {
                    throw e;
                }
            }
        }
        return pemPieces.isEmpty()
                ? Optional.empty()
                : Optional.of(MasterPem.fromPieces(pemPieces));
    }
}
