package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.NotFound;
import dev.holdfast.Unreachable;
import dev.holdfast.crypto.KeyPaths;
import dev.holdfast.crypto.MasterKeyPair;
import dev.holdfast.crypto.MasterPublicKey;
import dev.holdfast.crypto.SecretSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast key master …}. */
@Command(
        name = "master",
        description = {
            "Master keys: a pair whose public half wraps the encryption key into every snapshot, so that the private half,"
                    + " kept off this machine, can recover it."
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  holdfast key master create",
            "  holdfast backup root.pxar:/ --master-pubkey-file master-public.pem",
            "  holdfast key recover --master-key master-private.pem --from host/web1/latest"
        })
final class KeyMasterCommand implements Runnable {
    @ParentCommand KeyCommand key;

    @Spec CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no master key command given");
    }

    @Command(
            name = "create",
            description = "Create an RSA-4096 pair; it takes some seconds.",
            footer = {
                "",
                "The passphrase comes from HOLDFAST_NEW_PASSPHRASE (or _FD, _FILE, _CMD), else it is asked for.",
                "",
                "Example:",
                "  holdfast key master create --pub master-public.pem --priv master-private.pem"
            })
    int create(
            @Option(
                            names = "--pub",
                            paramLabel = "F",
                            defaultValue = "master-public.pem",
                            description = "Default: ${DEFAULT-VALUE} in the current directory.")
                    Path publicFile,
            @Option(
                            names = "--priv",
                            paramLabel = "F",
                            defaultValue = "master-private.pem",
                            description = "Default: ${DEFAULT-VALUE} in the current directory.")
                    Path privateFile,
            @Option(
                            names = "--pq",
                            description =
                                    "Create a post-quantum pair (ML-KEM-1024) instead, for --pq-escrow, in addition to an RSA"
                                            + " one: the official client cannot use it.")
                    boolean postQuantum) {
        KeyFiles.checkAbsent(publicFile);
        KeyFiles.checkAbsent(privateFile);
        byte[] passphrase = SecretSources.ofProcess().newPassphrase();
        MasterKeyPair pair =
                postQuantum
                        ? MasterKeyPair.createPostQuantum(passphrase)
                        : MasterKeyPair.create(passphrase);
        KeyFiles.create(privateFile, pair.privatePem().getBytes(StandardCharsets.US_ASCII));
        KeyFiles.create(publicFile, pair.publicPem().getBytes(StandardCharsets.US_ASCII));
        try {
            Files.setPosixFilePermissions(publicFile, PosixFilePermissions.fromString("rw-r--r--"));
        } catch (IOException e) {
            throw new Unreachable("cannot set the mode of " + publicFile, e);
        }
        if (key.options().json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            Output.json(
                    json.put("public", publicFile.toString())
                            .put("private", privateFile.toString())
                            .put("algorithm", postQuantum ? "ML-KEM-1024" : "RSA-4096"));
        } else {
            Output.line("public:  " + publicFile);
            Output.line("private: " + privateFile);
        }
        Output.remark(
                key.options(),
                "Print the private key and take it off this machine: holdfast key paper "
                        + privateFile
                        + (postQuantum
                                ? "\nName the public one with --pq-escrow."
                                : "\nName the public one with --master-pubkey-file, or put it at "
                                        + KeyFiles.paths().place(KeyPaths.MASTER_PUBLIC_KEY)
                                        + " to use it always."));
        return ExitCode.DONE;
    }

    @Command(
            name = "show",
            description = "Show a master public key.",
            footer = {"", "Example:", "  holdfast key master show master-public.pem"})
    int show(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "Default: the default master public key.")
                    Path file) {
        Path path =
                file != null
                        ? file
                        : KeyFiles.paths()
                                .find(KeyPaths.MASTER_PUBLIC_KEY)
                                .orElseThrow(
                                        () ->
                                                new NotFound(
                                                        "there is no default master public key"));
        MasterPublicKey shown = MasterPublicKey.read(path);
        if (key.options().json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("path", path.toString()).put("modulus", shown.modulusHex());
            json.put("exponent", shown.exponent()).put("length", shown.bits());
            Output.json(json);
        } else {
            Output.line("path:     " + path);
            Output.line("modulus:  " + shown.modulusHex());
            Output.line("exponent: " + shown.exponent());
            Output.line("length:   " + shown.bits());
        }
        return ExitCode.DONE;
    }
}
