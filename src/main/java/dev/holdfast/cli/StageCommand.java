package dev.holdfast.cli;

import dev.holdfast.Busy;
import dev.holdfast.Refused;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.GroupId;
import dev.holdfast.fuse.AttachedMounts;
import dev.holdfast.fuse.Mount;
import dev.holdfast.fuse.MountOptions;
import dev.holdfast.os.FileLock;
import dev.holdfast.snapshot.WritePolicy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast stage}. */
@Command(
        name = "stage",
        description = "Offer a writable mount whose content becomes a new snapshot on commit.",
        footer = {
            "",
            "Examples:",
            "  holdfast stage host/web1 /mnt/staging",
            "  rsync -aHAX --delete /srv/ /mnt/staging/",
            "  holdfast commit /mnt/staging",
            "  holdfast unmount /mnt/staging"
        })
final class StageCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(index = "0", paramLabel = "GROUP", description = "TYPE/ID, for example host/web1.")
    String groupText;

    @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "An empty directory.")
    Path mountPoint;

    @Option(
            names = "--archive",
            paramLabel = "NAME",
            defaultValue = "root.pxar",
            description = "Name of the archive; default ${DEFAULT-VALUE}.")
    String archive;

    @Option(
            names = "--from",
            paramLabel = "latest|empty|SNAPSHOT",
            description =
                    "What a new staging area begins with; default: the latest snapshot, if there is one.")
    Optional<String> from = Optional.empty();

    @Option(
            names = "--staging-dir",
            paramLabel = "DIR",
            description = "Where what is not committed is kept, encrypted.")
    Optional<Path> stagingDirectory = Optional.empty();

    @Option(
            names = "--sync-interval",
            paramLabel = "TIME",
            converter = Sizes.DurationConverter.class,
            defaultValue = "1s",
            description =
                    "What is not synced explicitly is durable after this time; default ${DEFAULT-VALUE}.")
    Duration syncInterval;

    @Option(names = "--commit-on-unmount", description = "Commit when the mount ends.")
    boolean commitOnUnmount;

    @Option(
            names = "--commit-when-idle",
            paramLabel = "TIME",
            converter = Sizes.DurationConverter.class,
            description = "Commit when nothing has changed for this time.")
    Optional<Duration> commitWhenIdle = Optional.empty();

    @Option(
            names = "--allow-key-change",
            description = "Let a group that was encrypted with another key go on with this one.")
    boolean allowKeyChange;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description =
                    "Note each snapshot in this signed ledger, which verify --ledger compares with the repository.")
    Optional<Path> ledger = Optional.empty();

    @Mixin DriverOptions driverOptions;

    @Option(names = "--allow-other", description = "Let other users in.")
    boolean allowOther;

    @Option(names = "--foreground", description = "Stay in the foreground.")
    boolean foreground;

    @Option(names = Background.DRIVER_OPTION, hidden = true)
    boolean driver;

    @Override
    public Integer call() {
        GroupId group = Session.group(groupText);
        if (!archive.endsWith(".pxar")) {
            throw new UsageException(
                    "--archive " + archive + ": the name of a file archive ends in .pxar");
        }
        driverOptions.check();
        if (!foreground && !driver) {
            return startDriver(group);
        }
        BlobCodec.prepare();
        try (Session session =
                driver
                        ? new Session(parent.options, Background.takeOver())
                        : new Session(parent.options)) {
            return serve(session, group, policy(session, group));
        }
    }

    private WritePolicy policy(Session session, GroupId group) {
        MountCommand.refuseInsideRepository(session, mountPoint);
        WritePolicy policy = session.writePolicy(allowKeyChange);
        if (!driver) { // which would only say again what was found already
            session.checkKey(group, policy);
        }
        return policy;
    }

    private int startDriver(GroupId group) {
        int code;
        try (Background background = Background.begin("stage", mountPoint.toAbsolutePath());
                Session session = new Session(parent.options)) {
            WritePolicy policy = policy(session, group);
            code =
                    background.handOver(
                            session.handOver(new KeyRing(policy.key().stream().toList())));
        }
        if (code == ExitCode.DONE && parent.options.json) {
            Output.json(MountStatus.read(mountPoint));
        } else if (code == ExitCode.DONE) {
            Output.remark(
                    parent.options,
                    mountPoint
                            + " is ready; make a snapshot of it with: holdfast commit "
                            + mountPoint);
        }
        return code;
    }

    @SuppressWarnings("try") // a lock held is not referred to
    private int serve(Session session, GroupId group, WritePolicy policy) {
        String area =
                StagingDirectory.id(
                        session.canonicalLocation(), parent.options.namespace, group, archive);
        Path directory = stagingDirectory.orElseGet(() -> StagingDirectory.of(area));
        if (AttachedMounts.isStale(mountPoint)) {
            AttachedMounts.removeStale(mountPoint);
        }
        Map<String, Path> notIn = Watch.repositoryOf(session);
        notIn.put("the staging directory", directory);
        try (FileLock lock = groupLock(area);
                Watch watch = Watch.open(driverOptions, Staging.CACHE_BYTES, mountPoint, notIn)) {
            Driver.protectSecrets();
            Staging staging =
                    Staging.open(
                            new Staging.Plan(
                                    session,
                                    parent.options.namespace,
                                    group,
                                    archive,
                                    policy,
                                    directory.toAbsolutePath().normalize(),
                                    mountPoint.toAbsolutePath().normalize(),
                                    from,
                                    syncInterval,
                                    commitOnUnmount,
                                    commitWhenIdle,
                                    new LedgerOption(ledger, session, parent.options),
                                    watch));
            MountPointGuard guard = MountPointGuard.protect(mountPoint);
            try {
                staging.startWatch();
                Mount mount =
                        Mount.attach(
                                staging.fileSystem(),
                                mountPoint,
                                MountOptions.writable(
                                                "holdfast:" + session.location() + ":" + group)
                                        .withAllowOther(allowOther)
                                        .withPosixAcls(true));
                int code = Driver.serve(mount, driver, staging::checkMayEnd);
                guard.release();
                return code;
            } catch (RuntimeException | Error e) {
                guard.release();
                staging.closeQuietly();
                throw e;
            }
        }
    }

    /** One staging mount for a group and archive, wherever its area is. */
    private static FileLock groupLock(String area) {
        String name = "stage-" + area + ".lock";
        Path file = RuntimeDirectory.get().resolve(name);
        return FileLock.tryLock(
                        file.toString().getBytes(StandardCharsets.UTF_8), FileLock.Kind.EXCLUSIVE)
                .orElseThrow(() -> new Busy("this group is staged already; see: holdfast status"));
    }

    /** Whether a staging directory lies where it must not. */
    static void refuseInside(Path directory, Path mountPoint) {
        if (directory.startsWith(mountPoint)) {
            throw new Refused("the staging directory " + directory + " lies in the mount point");
        }
    }
}
