package dev.holdfast.crypto;

import dev.holdfast.BadKey;
import dev.holdfast.format.KeyShare;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Splits a key into shares and rebuilds it, see {@link Shamir}. Whether the rebuilt key is right
 * shows its fingerprint.
 */
public final class KeySplitting {
    private KeySplitting() {}

    /**
     * Splits a key.
     *
     * @param threshold how many shares rebuild it, from 2
     * @param count how many shares to make, up to 255
     */
    public static List<KeyShare> split(BackupKey key, int threshold, int count) {
        if (threshold < 2 || count < threshold || count > KeyShare.MAX_SHARES) {
            throw new IllegalArgumentException(
                    threshold
                            + " of "
                            + count
                            + " shares is not possible; the threshold is at least 2, and at most the number of shares,"
                            + " which is at most "
                            + KeyShare.MAX_SHARES);
        }
        SecureRandom random = new SecureRandom();
        byte[] set = new byte[8];
        random.nextBytes(set);
        byte[] secret = key.copySecret();
        try {
            List<KeyShare> shares = new ArrayList<>();
            for (byte[] data : Shamir.split(secret, threshold, count, random)) {
                shares.add(
                        new KeyShare(
                                shares.size() + 1,
                                threshold,
                                count,
                                HexFormat.of().formatHex(set),
                                key.fingerprint(),
                                key.createdSeconds(),
                                data));
            }
            return shares;
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Rebuilds the key.
     *
     * @throws BadKey if there are too few shares, one is of another key or splitting, or one was
     *     altered; the message names it where that can be known
     */
    public static BackupKey join(List<KeyShare> shares) {
        if (shares.isEmpty()) {
            throw new BadKey("no share was given");
        }
        checkOneSet(shares);
        List<KeyShare> distinct = distinct(shares);
        KeyShare any = distinct.get(0);
        if (distinct.size() < any.threshold()) {
            TreeSet<Integer> others = new TreeSet<>();
            for (int i = 1; i <= any.shares(); i++) {
                others.add(i);
            }
            distinct.forEach(s -> others.remove(s.number()));
            throw new BadKey(
                    distinct.size()
                            + " of the "
                            + any.threshold()
                            + " shares that key "
                            + any.fingerprint().shortForm()
                            + " needs; any of these is missing: "
                            + others.stream()
                                    .map(Object::toString)
                                    .collect(Collectors.joining(", ")));
        }
        Optional<BackupKey> key = tryJoin(distinct.subList(0, any.threshold()));
        if (key.isPresent()) {
            return key.get();
        }
        return withoutTheAltered(distinct);
    }

    /** With one share to spare, the altered one can be told: without it, the key is right. */
    private static BackupKey withoutTheAltered(List<KeyShare> shares) {
        int threshold = shares.get(0).threshold();
        for (KeyShare suspect : shares) {
            List<KeyShare> others = new ArrayList<>(shares);
            others.remove(suspect);
            if (others.size() >= threshold) {
                Optional<BackupKey> key = tryJoin(others.subList(0, threshold));
                if (key.isPresent()) {
                    key.get().close();
                    throw new BadKey(suspect + " was altered; leave it out, the others suffice");
                }
            }
        }
        throw new BadKey(
                "the shares do not give key "
                        + shares.get(0).fingerprint().shortForm()
                        + ": at least one of "
                        + shares.stream()
                                .map(s -> Integer.toString(s.number()))
                                .collect(Collectors.joining(", "))
                        + " was altered; try with others");
    }

    private static void checkOneSet(List<KeyShare> shares) {
        KeyShare first = shares.get(0);
        // The set that most shares belong to; the others are the strangers.
        KeyShare usual =
                shares.stream()
                        .max((a, b) -> Long.compare(members(shares, a), members(shares, b)))
                        .orElse(first);
        List<String> strangers =
                shares.stream().filter(s -> !sameSet(s, usual)).map(KeyShare::toString).toList();
        if (!strangers.isEmpty()) {
            throw new BadKey(
                    "the shares do not belong together: "
                            + String.join(", ", strangers)
                            + (strangers.size() == 1 ? " is" : " are")
                            + " foreign to the others, of key "
                            + usual.fingerprint().shortForm()
                            + " (set "
                            + usual.set()
                            + ")");
        }
    }

    private static long members(List<KeyShare> shares, KeyShare like) {
        return shares.stream().filter(s -> sameSet(s, like)).count();
    }

    private static boolean sameSet(KeyShare a, KeyShare b) {
        return a.set().equals(b.set())
                && a.fingerprint().equals(b.fingerprint())
                && a.threshold() == b.threshold()
                && a.shares() == b.shares()
                && a.createdSeconds() == b.createdSeconds();
    }

    private static List<KeyShare> distinct(List<KeyShare> shares) {
        List<KeyShare> distinct = new ArrayList<>();
        for (KeyShare share : shares) {
            for (KeyShare other : distinct) {
                if (other.number() == share.number()
                        && !Arrays.equals(other.data(), share.data())) {
                    throw new BadKey(
                            "share " + share.number() + " is there twice with different content");
                }
            }
            if (distinct.stream().noneMatch(s -> s.number() == share.number())) {
                distinct.add(share);
            }
        }
        return distinct;
    }

    private static Optional<BackupKey> tryJoin(List<KeyShare> shares) {
        byte[] secret =
                Shamir.join(
                        shares.stream().mapToInt(KeyShare::number).toArray(),
                        shares.stream().map(KeyShare::data).toArray(byte[][]::new));
        BackupKey key = new BackupKey(secret, shares.get(0).createdSeconds());
        if (key.fingerprint().equals(shares.get(0).fingerprint())) {
            return Optional.of(key);
        }
        key.close();
        return Optional.empty();
    }
}
