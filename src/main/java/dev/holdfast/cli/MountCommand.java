package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.Refused;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.AttachedMounts;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Mount;
import dev.holdfast.fuse.MountOptions;
import dev.holdfast.mount.IdMap;
import dev.holdfast.mount.RepositoryFileSystem;
import dev.holdfast.mount.Scope;
import dev.holdfast.mount.TimeNames;
import dev.holdfast.mount.ViewOptions;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import dev.holdfast.stage.ControlDirectory;
import dev.holdfast.stage.ControlledFileSystem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast mount}. */
@Command(
        name = "mount",
        description =
                "Show a repository, a group, a snapshot or an archive as a read-only file system.",
        footer = {
            "",
            "Examples:",
            "  holdfast mount /mnt/backups",
            "  holdfast mount host/web1 /mnt/web1",
            "  holdfast mount host/web1/latest root.pxar /mnt/root"
        })
final class MountCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "1..3",
            paramLabel = "[WHAT] MOUNTPOINT",
            description =
                    "WHAT: nothing (everything), a GROUP, a SNAPSHOT, or SNAPSHOT ARCHIVE. MOUNTPOINT: an empty directory.")
    List<String> words = new ArrayList<>();

    @Option(names = "--foreground", description = "Stay in the foreground.")
    boolean foreground;

    @Option(names = Background.DRIVER_OPTION, hidden = true)
    boolean driver;

    @Option(names = "--allow-other", description = "Let other users in.")
    boolean allowOther;

    @Option(
            names = "--cache-size",
            paramLabel = "SIZE",
            converter = Sizes.SizeConverter.class,
            defaultValue = "256M",
            description = "Memory for decoded chunks; default ${DEFAULT-VALUE}.")
    long cacheBytes;

    @Mixin DriverOptions driverOptions;

    @Option(
            names = "--refresh",
            paramLabel = "TIME",
            converter = Sizes.DurationConverter.class,
            defaultValue = "5s",
            description = "How soon new snapshots appear; default ${DEFAULT-VALUE}.")
    Duration refresh;

    @Option(
            names = "--time-format",
            paramLabel = "F",
            description = "Names of snapshots, as java.time pattern: uuuu-MM-dd_HHmmss")
    Optional<String> timeFormat = Optional.empty();

    @Option(
            names = "--uid-map",
            paramLabel = "A:B",
            split = ",",
            description = "Show files of user A as those of B.")
    List<String> uidMap = new ArrayList<>();

    @Option(
            names = "--gid-map",
            paramLabel = "A:B",
            split = ",",
            description = "Show files of group A as those of B.")
    List<String> gidMap = new ArrayList<>();

    @Option(
            names = "--contain-symlinks",
            description = "Bend links that lead out of their archive to lead into it.")
    boolean containSymlinks;

    @Override
    public Integer call() {
        Path mountPoint = Path.of(words.get(words.size() - 1)).toAbsolutePath().normalize();
        driverOptions.check();
        if (!foreground && !driver) {
            return startDriver(mountPoint);
        }
        BlobCodec.prepare();
        try (Session session =
                driver
                        ? new Session(parent.options, Background.takeOver())
                        : new Session(parent.options)) {
            Scope scope = scope(session);
            refuseInsideRepository(session, mountPoint);
            return serve(session, scope, mountPoint);
        }
    }

    private int startDriver(Path mountPoint) {
        try (Background background = Background.begin("mount", mountPoint);
                Session session = new Session(parent.options)) {
            // Fail early, in the terminal, on what can be known.
            scope(session);
            refuseInsideRepository(session, mountPoint);
            session.repository();
            session.reach();
            int code = background.handOver(session.handOver(session.keys()));
            if (code == ExitCode.DONE && parent.options.json) {
                Output.json(MountStatus.read(mountPoint));
            }
            return code;
        }
    }

    private int serve(Session session, Scope scope, Path mountPoint) {
        try (Watch watch =
                Watch.open(driverOptions, cacheBytes, mountPoint, Watch.repositoryOf(session))) {
            RepositoryFileSystem view =
                    new RepositoryFileSystem(
                            session.repository(),
                            session.keys(),
                            viewOptions(scope),
                            watch.cache());
            view.checkScope();
            if (AttachedMounts.isStale(mountPoint)) {
                AttachedMounts.removeStale(mountPoint);
            }
            Driver.protectSecrets();
            watch.start(
                    session,
                    view.activity(),
                    Map.of("kind", "mount", "mountpoint", mountPoint.toString()),
                    metrics -> {});
            Mount mount =
                    Mount.attach(
                            new ControlledFileSystem(
                                    view, control(session, mountPoint, watch, view)),
                            mountPoint,
                            MountOptions.immutable("holdfast:" + session.location())
                                    .withAllowOther(allowOther)
                                    .withPosixAcls(true));
            return Driver.serve(mount, driver);
        }
    }

    private Scope scope(Session session) {
        Namespace namespace = parent.options.namespace;
        if (words.size() == 1) {
            return new Scope.Everything(namespace);
        }
        String what = words.get(0);
        if (words.size() == 3) {
            return new Scope.Archive(namespace, session.snapshot(what), words.get(1));
        }
        Optional<GroupId> group = GroupId.tryParse(what);
        return group.isPresent()
                ? new Scope.Group(namespace, group.get())
                : new Scope.OneSnapshot(namespace, session.snapshot(what));
    }

    /** A mount inside the repository would show itself to every scan of the repository. */
    static void refuseInsideRepository(Session session, Path mountPoint) {
        if (RepositoryLocation.isLocal(session.location())
                && mountPoint
                        .toAbsolutePath()
                        .normalize()
                        .startsWith(
                                RepositoryLocation.localPath(session.location())
                                        .toAbsolutePath()
                                        .normalize())) {
            throw new Refused(
                    "the mount point "
                            + mountPoint
                            + " lies inside the repository; choose another directory");
        }
    }

    private ViewOptions viewOptions(Scope scope) {
        try {
            ViewOptions options =
                    ViewOptions.defaults()
                            .withScope(scope)
                            .withRefresh(refresh)
                            .withContainSymlinks(containSymlinks)
                            .withIndexDirectory(IndexOptions.directory(System.getenv()))
                            .withIdMaps(IdMap.parse(uidMap), IdMap.parse(gidMap))
                            .withOwner(Kernel.effectiveUser(), ownGroup());
            return timeFormat.isPresent()
                    ? options.withTimeNames(TimeNames.ofPattern(timeFormat.get()))
                    : options;
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    static int ownGroup() {
        Stat self = RawFiles.lstat("/proc/self".getBytes(StandardCharsets.US_ASCII));
        return self.gid();
    }

    private ControlDirectory control(
            Session session, Path mountPoint, Watch watch, RepositoryFileSystem view) {
        return new ControlDirectory(
                        Kernel.effectiveUser(),
                        ownGroup(),
                        () -> status(session, mountPoint, watch, view),
                        line -> {
                            throw new Errno(Errno.EROFS);
                        })
                .withReport(FlightRecording.NAME, new FlightRecording()::report);
    }

    private byte[] status(
            Session session, Path mountPoint, Watch watch, RepositoryFileSystem view) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", "mount").put("mountpoint", mountPoint.toString());
        json.put("pid", ProcessHandle.current().pid()).put("repository", session.location());
        if (!parent.options.namespace.isRoot()) {
            json.put("namespace", parent.options.namespace.toString());
        }
        if (words.size() > 1) {
            json.put("what", String.join(" ", words.subList(0, words.size() - 1)));
        }
        watch.describe(json, view.activity());
        return (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
