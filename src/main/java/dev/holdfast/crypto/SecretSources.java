package dev.holdfast.crypto;

import dev.holdfast.BadKey;
import dev.holdfast.os.Terminal;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where passphrases and passwords come from (keys.md §4): variables {@code NAME}, {@code NAME_FD},
 * {@code NAME_FILE}, {@code NAME_CMD}, a systemd credential, the terminal. The first that is
 * <em>defined</em> wins, even when it is empty.
 */
public final class SecretSources {
    private static final String KEY_CREDENTIAL = "proxmox-backup-client.encryption-password";
    private static final String NEW_CREDENTIAL = "holdfast.new-passphrase";
    private static final int MAX_BYTES = 64 << 10;

    private final Map<String, String> environment;
    private final Optional<Console> console;

    /**
     * Uses the given environment and, if there is one, the terminal.
     *
     * @param console absent where nobody can be asked
     */
    public SecretSources(Map<String, String> environment, Optional<Console> console) {
        this.environment = Map.copyOf(environment);
        this.console = console;
    }

    /** The environment and terminal of this process. */
    public static SecretSources ofProcess() {
        return new SecretSources(System.getenv(), terminal());
    }

    private static Optional<Console> terminal() {
        return Terminal.is(Terminal.INPUT) ? Optional.of(System.console()) : Optional.empty();
    }

    /**
     * The secret of that base name as UTF-8 bytes, to be wiped by the caller; empty if no source is
     * defined.
     *
     * @param credential name of the systemd credential
     * @throws BadKey if a source is defined but cannot be read
     */
    public Optional<byte[]> fromEnvironment(String baseName, String credential) {
        if (environment.containsKey(baseName)) {
            return Optional.of(
                    firstLine(environment.get(baseName).getBytes(StandardCharsets.UTF_8)));
        }
        String descriptor = environment.get(baseName + "_FD");
        if (descriptor != null) {
            if (!descriptor.matches("[0-9]{1,9}")) {
                throw new BadKey(baseName + "_FD is no number of a file descriptor");
            }
            return Optional.of(
                    firstLine(read(baseName + "_FD", Path.of("/proc/self/fd", descriptor))));
        }
        String file = environment.get(baseName + "_FILE");
        if (file != null) {
            return Optional.of(firstLine(read(baseName + "_FILE", Path.of(file))));
        }
        String command = environment.get(baseName + "_CMD");
        if (command != null) {
            return Optional.of(firstLine(run(baseName + "_CMD", command)));
        }
        String credentials = environment.get("CREDENTIALS_DIRECTORY");
        if (credentials != null && Files.exists(Path.of(credentials, credential))) {
            return Optional.of(
                    utf8(credential, read(credential, Path.of(credentials, credential))));
        }
        return Optional.empty();
    }

    /**
     * The passphrase of an encryption key: from the environment, else asked for on the terminal.
     */
    public byte[] keyPassphrase() {
        return fromEnvironment("PBS_ENCRYPTION_PASSWORD", KEY_CREDENTIAL)
                .orElseGet(
                        () ->
                                ask("Encryption Key Password: ")
                                        .orElseThrow(
                                                () ->
                                                        new BadKey(
                                                                "the key is protected by a passphrase and there is no"
                                                                        + " terminal to ask for it; set"
                                                                        + " PBS_ENCRYPTION_PASSWORD_FILE (or _CMD, _FD)")));
    }

    /**
     * The passphrase of a master key: from {@code HOLDFAST_MASTER_PASSPHRASE} and its variants,
     * else from where that of an encryption key comes from, else asked for, else a line of standard
     * input.
     */
    public byte[] masterPassphrase() {
        return fromEnvironment("HOLDFAST_MASTER_PASSPHRASE", "holdfast.master-passphrase")
                .or(() -> fromEnvironment("PBS_ENCRYPTION_PASSWORD", KEY_CREDENTIAL))
                .or(() -> ask("Master Key Password: "))
                .orElseGet(this::lineOfInput);
    }

    private byte[] lineOfInput() {
        byte[] buffer = new byte[MAX_BYTES];
        int length = 0;
        try {
            // Byte by byte: what follows the line belongs to somebody else.
            for (int b = System.in.read(); b >= 0 && b != '\n'; b = System.in.read()) {
                if (length == buffer.length) {
                    throw new BadKey("the line with the passphrase is too long");
                }
                buffer[length++] = (byte) b;
            }
            if (length == 0) {
                throw new BadKey(
                        "the master key is protected by a passphrase and there is no terminal to ask for it;"
                                + " set HOLDFAST_MASTER_PASSPHRASE_FILE (or _CMD, _FD)");
            }
            return Arrays.copyOf(buffer, length);
        } catch (IOException e) {
            throw new BadKey("cannot read the passphrase from standard input", e);
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    /**
     * A new passphrase: from {@code HOLDFAST_NEW_PASSPHRASE} and its variants, else asked for twice
     * on the terminal.
     *
     * @throws BadKey if it is too short, the two differ, or nobody can be asked
     */
    public byte[] newPassphrase() {
        byte[] passphrase =
                fromEnvironment("HOLDFAST_NEW_PASSPHRASE", NEW_CREDENTIAL)
                        .orElseGet(this::askTwice);
        if (passphrase.length < KeyLock.MIN_PASSPHRASE_BYTES) {
            Arrays.fill(passphrase, (byte) 0);
            throw new BadKey(
                    "passphrase too short: at least "
                            + KeyLock.MIN_PASSPHRASE_BYTES
                            + " bytes are needed");
        }
        return passphrase;
    }

    /** Whether {@link #newPassphrase} would find a source or somebody to ask. */
    public boolean canGiveNewPassphrase() {
        return console.isPresent() || isDefined("HOLDFAST_NEW_PASSPHRASE", NEW_CREDENTIAL);
    }

    /** Whether {@link #keyPassphrase} would find a source or somebody to ask. */
    public boolean canGiveKeyPassphrase() {
        return console.isPresent() || isDefined("PBS_ENCRYPTION_PASSWORD", KEY_CREDENTIAL);
    }

    private boolean isDefined(String baseName, String credential) {
        String credentials = environment.get("CREDENTIALS_DIRECTORY");
        return Stream.of("", "_FD", "_FILE", "_CMD")
                        .anyMatch(suffix -> environment.containsKey(baseName + suffix))
                || (credentials != null && Files.exists(Path.of(credentials, credential)));
    }

    private byte[] askTwice() {
        byte[] first =
                ask("New Encryption Key Password: ")
                        .orElseThrow(
                                () ->
                                        new BadKey(
                                                "no terminal to ask for a new passphrase; set HOLDFAST_NEW_PASSPHRASE_FILE"
                                                        + " (or _CMD, _FD), or use --kdf none"));
        byte[] second = ask("Verify Password: ").orElseThrow();
        try {
            if (!Arrays.equals(first, second)) {
                Arrays.fill(first, (byte) 0);
                throw new BadKey("the two passphrases differ; nothing was changed");
            }
            return first;
        } finally {
            Arrays.fill(second, (byte) 0);
        }
    }

    private Optional<byte[]> ask(String prompt) {
        if (console.isEmpty()) {
            return Optional.empty();
        }
        char[] typed = console.get().readPassword("%s", prompt);
        if (typed == null) {
            throw new BadKey("no passphrase was entered");
        }
        // Into an array of our own, so that no copy stays behind.
        byte[] buffer = new byte[4 * typed.length];
        ByteBuffer encoded = ByteBuffer.wrap(buffer);
        StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(typed), encoded, true);
        Arrays.fill(typed, '\0');
        byte[] bytes = Arrays.copyOf(buffer, encoded.position());
        Arrays.fill(buffer, (byte) 0);
        return Optional.of(bytes);
    }

    private static byte[] read(String source, Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return bounded(in);
        } catch (IOException e) {
            throw new BadKey("cannot read " + source + " (" + path + ")", e);
        }
    }

    private static byte[] run(String source, String command) {
        try {
            Process process =
                    new ProcessBuilder(words(source, command))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            process.getOutputStream().close();
            byte[] output = bounded(process.getInputStream());
            if (process.waitFor() != 0) {
                Arrays.fill(output, (byte) 0);
                throw new BadKey(
                        "the command in "
                                + source
                                + " failed with exit code "
                                + process.exitValue());
            }
            return output;
        } catch (IOException e) {
            throw new BadKey("cannot run the command in " + source, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BadKey("interrupted while running the command in " + source, e);
        }
    }

    /** Reads into one array of our own: the library's readers leave copies behind. */
    private static byte[] bounded(InputStream in) throws IOException {
        byte[] buffer = new byte[MAX_BYTES + 1];
        try {
            int length = in.readNBytes(buffer, 0, buffer.length);
            if (length > MAX_BYTES) {
                throw new IOException("more than " + MAX_BYTES + " bytes");
            }
            return Arrays.copyOf(buffer, length);
        } finally {
            Arrays.fill(buffer, (byte) 0);
        }
    }

    /** Up to the first LF; one CR before it is dropped. Wipes its argument. */
    private static byte[] firstLine(byte[] text) {
        int end = 0;
        while (end < text.length && text[end] != '\n') {
            end++;
        }
        if (end < text.length && end > 0 && text[end - 1] == '\r') {
            end--;
        }
        byte[] line = Arrays.copyOf(text, end);
        Arrays.fill(text, (byte) 0);
        return line;
    }

    private static byte[] utf8(String source, byte[] bytes) {
        try {
            CharBuffer decoded =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(bytes));
            Arrays.fill(decoded.array(), '\0');
            return bytes;
        } catch (CharacterCodingException e) {
            throw new BadKey("the credential " + source + " is not valid UTF-8", e);
        }
    }

    /**
     * Splits a command as a shell does: blanks separate, quotes and backslashes protect; nothing is
     * expanded.
     */
    static List<String> words(String source, String command) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (int i = 0; i < command.length(); i++) {
            char c = command.charAt(i);
            if (quote == '\'') {
                if (c == '\'') {
                    quote = 0;
                } else {
                    word.append(c);
                }
            } else if (c == '\\' && i + 1 < command.length()) {
                char next = command.charAt(++i);
                // Inside double quotes a backslash protects only these.
                if (quote == '"' && "\"\\$`".indexOf(next) < 0) {
                    word.append(c);
                }
                word.append(next);
                inWord = true;
            } else if (c == '"' || (c == '\'' && quote == 0)) {
                quote = quote == 0 ? c : 0;
                inWord = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
            } else {
                word.append(c);
                inWord = true;
            }
        }
        if (quote != 0) {
            throw new BadKey("unbalanced quotes in " + source);
        }
        if (inWord) {
            words.add(word.toString());
        }
        if (words.isEmpty()) {
            throw new BadKey(source + " is empty");
        }
        return words;
    }
}
