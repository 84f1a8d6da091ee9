package dev.holdfast.upkeep;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The names of the directories that a walk is in, and paths made of them for messages. */
final class TreePaths {
    private final Deque<byte[]> names = new ArrayDeque<>();

    void enter(byte[] name) {
        names.addLast(name);
    }

    void leave() {
        names.removeLast();
    }

    /** The path of a child of the directory entered last. */
    String child(byte[] name) {
        StringBuilder path = new StringBuilder();
        for (byte[] directory : names) {
            if (directory.length > 0) {
                path.append('/').append(printable(directory));
            }
        }
        return path.append('/').append(printable(name)).toString();
    }

    /** The path of the directory entered last. */
    String here() {
        StringBuilder path = new StringBuilder();
        for (byte[] directory : names) {
            if (directory.length > 0) {
                path.append('/').append(printable(directory));
            }
        }
        return path.length() == 0 ? "/" : path.toString();
    }

    /** A name as text: UTF-8, or with {@code \xNN} where it is none or would upset a terminal. */
    static String printable(byte[] name) {
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(name))
                            .toString();
            if (text.codePoints().noneMatch(Character::isISOControl)) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // Shown byte by byte.
        }
        StringBuilder text = new StringBuilder();
        for (byte b : name) {
            if (b > ' ' && b < 0x7f && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format("\\x%02x", b & 0xff));
            }
        }
        return text.toString();
    }
}
