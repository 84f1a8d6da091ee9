package dev.holdfast.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.Busy;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.os.Kernel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real mount of a file system in memory, used by other processes. */
@Timeout(120)
class FuseMountTest {
    @TempDir static Path folder;

    private final MemoryFileSystem fileSystem = new MemoryFileSystem();
    private Path mountPoint;
    private Mount mount;
    private Shell shell;

    @BeforeEach
    void attach() throws Exception {
        assumeTrue(Files.exists(Path.of("/dev/fuse")), "this machine has no /dev/fuse");
        mountPoint = Files.createTempDirectory(folder, "mnt");
        mount = Mount.attach(fileSystem, mountPoint, MountOptions.writable("memory"));
        shell = new Shell(mountPoint);
    }

    @AfterEach
    void detach() throws Exception {
        if (mount != null && !mount.isEnded()) {
            mount.detachLazily();
            assertThat(mount.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void filesAreWrittenReadRenamedAndReplaced() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; mkdir -p a/b; echo one > a/b/f; echo two >> a/b/f
                                mv a c; cat c/b/f; echo new > x; mv x c/b/f; cat c/b/f
                                mkdir a; echo other > a/f; cat a/f
                                head -c 1000000 /dev/urandom > r; cp r s; cmp r s
                                truncate -s 500 r; stat -c %s r; : > r; stat -c %s r
                                """))
                .isEqualTo("one\ntwo\nnew\nother\n500\n0");
    }

    @Test
    void rsyncCopiesATreeAndFindsNothingToDoTheSecondTime() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                S=$(mktemp -d); trap "rm -rf $S" EXIT; cd $S
                                mkdir -p d/e; echo x > d/x; ln d/x d/y; ln -s d/x l
                                mkfifo p; touch -d '1969-12-31 23:59:58.123456789' d/e
                                rsync -aHAX --delete $S/ $M/
                                rsync -aHAX --delete --itemize-changes $S/ $M/
                                diff -r --no-dereference d $M/d; stat -c '%h %y' $M/d/y | cut -c1
                                TZ=UTC stat -c %y $M/d/e
                                """))
                .isEqualTo("2\n1969-12-31 23:59:58.123456789 +0000");
    }

    @Test
    void namesThatAreNotUtf8SurviveEverywhere() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; n=$(printf 'a\\xff\\xc3('); mkdir "$n"; echo 1 > "$n/$n"
                                ln -s "$n" l; readlink -n l | od -An -tx1; cat "l/$n"
                                mv "$n/$n" "$n/z$n"; ls "$n" | od -An -tx1; rm "$n/z$n"; rmdir "$n"
                                """))
                .isEqualToIgnoringWhitespace("61 ff c3 28\n1\n7a 61 ff c3 28 0a");
    }

    @Test
    void anUnlinkedOpenFileWorksOnAndHasNoName() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; mkdir d; echo one > d/f; exec 3<>d/f; cat <&3; rm d/f
                                ls -A d; echo two >&3; stat -L -c '%h %s' /dev/fd/3
                                chmod 600 /dev/fd/3; stat -L -c %a /dev/fd/3
                                truncate -s 5 /dev/fd/3; cat /dev/fd/3; rmdir d; echo 3 >&3
                                """))
                .isEqualTo("one\n0 8\n600\none\nt");
        assertThat(fileSystem.names()).isZero();
    }

    @Test
    void anOpenFileThatIsReplacedWorksOn() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; echo old > f; exec 3<f; echo new > g; mv g f
                                ls -A; cat f; cat <&3; stat -L -c %h /dev/fd/3
                                """))
                .isEqualTo("f\nnew\nold\n0");
    }

    @Test
    void anUnlinkedOpenFileOutlivesItsDirectory() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; mkdir d; exec 3<>d/f; echo data >&3; rm -r d
                                stat -L -c '%h %s' /proc/self/fd/3; cat /proc/self/fd/3
                                """))
                .isEqualTo("0 5\ndata");
    }

    @Test
    void extendedAttributesAreSetListedReadAndRemoved() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; echo > f; setfattr -n user.a -v 0x00ff f
                                setfattr -n user.b -v text f; getfattr -d -e hex f | grep =
                                setfattr -x user.a f; getfattr f | grep user
                                ! getfattr -n user.a f 2>&1
                                """))
                .isEqualTo(
                        "user.a=0x00ff\nuser.b=0x74657874\nuser.b\nf: user.a: No such attribute");
    }

    /** Here "no labels" is said for all files at once, so that {@code ls -l} asks once only. */
    @Test
    void labelsAreReadWhereTheyAreEvenIfTheKernelDoesNotUseThem() throws Exception {
        String absent = Kernel.hasSelinux() ? "No such attribute" : "Operation not supported";
        assertThat(
                        shell.succeed(
                                """
                                cd $M; echo > with; echo > without
                                setfattr -n security.selinux -v label with; getfattr -n security.selinux with | grep =
                                getfattr -m - -d with | grep =; ! getfattr -n security.selinux without 2>&1
                                """))
                .isEqualTo(
                        "security.selinux=\"label\"\nsecurity.selinux=\"label\"\nwithout: security.selinux: "
                                + absent);
    }

    @Test
    void timesAreKeptToTheNanosecond() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; echo > f; export TZ=UTC
                                touch -d '2038-01-20 00:00:00.000000001' f
                                touch -a -d '1901-01-01 00:00:00.999999999' f; stat -c '%x|%y' f
                                touch -m f; test $(stat -c %Y f) -gt 1600000000; stat -c %x f
                                """))
                .isEqualTo(
                        "1901-01-01 00:00:00.999999999 +0000|2038-01-20 00:00:00.000000001 +0000\n"
                                + "1901-01-01 00:00:00.999999999 +0000");
    }

    @Test
    void ownersModesAndSpecialFilesAreKept() throws Exception {
        assumeTrue(Kernel.effectiveUser() == 0, "needs root");
        assertThat(
                        shell.succeed(
                                """
                                cd $M; umask 027; mkdir d; touch d/f; mknod d/null c 1 3
                                chown 4000000000:12 d/f; chmod 4751 d/f; stat -c '%a %u:%g' d d/f
                                stat -c '%F %t:%T' d/null; ln d/f g; stat -c '%h %i' g d/f | uniq
                                """))
                .startsWith("750 0:0\n4751 4000000000:12\ncharacter special file 1:3\n2 ")
                .hasLineCount(4);
    }

    @Test
    void aChangeUnderOneNameIsSeenUnderAllNamesAtOnce() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; echo 1 > a; stat -c %h a; ln a b; stat -c '%h %s' a b
                                echo 23 >> b; chmod 600 b; stat -c '%h %s %a' a; cat a
                                ln b c; stat -c %h a; rm b; stat -c %h a c; rm a
                                stat -c %h c; ls -A
                                """))
                .isEqualTo("1\n2 2\n2 2\n2 5 600\n1\n23\n3\n2\n2\n1\nc");
    }

    @Test
    void aDirectoryOf5000EntriesIsListedOnceEach() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; for i in $(seq 5000); do : > name-$i; done
                                ls -U | sort -u | wc -l; ls -U | wc -l; ls -aU | head -2
                                find . -name 'name-*' -delete; ls -A
                                """))
                .isEqualTo("5000\n5000\n.\n..");
    }

    @Test
    void whatFlushThrowsIsWhatCloseReturns() throws Exception {
        fileSystem.errnoOfFlush = Errno.EDQUOT;
        Shell.Outcome outcome = shell.run("dd if=/dev/zero of=$M/f bs=10 count=1");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.output()).contains("Disk quota exceeded");
    }

    @Test
    void requestsThatTakeLongDoNotHoldUpOthers() throws Exception {
        int held = RequestLoop.MAX_THREADS - 1;
        fileSystem.heldUp = new CountDownLatch(1);
        Process writers =
                shell.start(
                        "for i in $(seq %d); do (echo $i > $M/$i) & done; wait".formatted(held));
        shell.succeed("until [ $(ls $M | wc -l) = %d ]; do sleep 0.05; done".formatted(held));
        assertThat(shell.succeed("mkdir $M/d; ls -A $M | wc -l")).isEqualTo("" + (held + 1));
        assertThat(writers.isAlive()).isTrue();
        fileSystem.heldUp.countDown();
        assertThat(writers.waitFor()).isZero();
    }

    @Test
    void theKernelChecksModesForEverybodyButRootAlone() throws Exception {
        assumeTrue(Kernel.effectiveUser() == 0, "needs root");
        String options = shell.succeed("findmnt -n -o OPTIONS $M");
        assertThat(options).doesNotContain("default_permissions").doesNotContain("allow_other");
        assertThat(MountOptions.writable("memory").withAllowOther(true).argument())
                .contains("default_permissions,allow_other");
        assertThat(shell.succeed("cd $M; echo 1 > f; chmod 0 f; echo 2 >> f; cat f; ! ./f 2>&1"))
                .isEqualToIgnoringWhitespace("1 2 bash: line 2: ./f: Permission denied");
    }

    @Test
    void spaceIsAllocatedAndPunched() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; printf abcdef > f; fallocate -p -o 1 -l 2 f; od -An -c f
                                fallocate -l 100 f; stat -c %s f; fallocate -n -l 200 f
                                stat -c %s f; ! fallocate -c -o 0 -l 4096 f 2>/dev/null
                                """))
                .isEqualToIgnoringWhitespace("a \\0 \\0 d e f\n100\n100");
    }

    @Test
    void anAclIsEnforcedWhereAskedFor() throws Exception {
        assumeTrue(Kernel.effectiveUser() == 0, "needs root");
        assumeTrue(shell.run("which setfacl setpriv").exitCode() == 0, "needs setfacl, setpriv");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path guarded = Files.createTempDirectory(folder, "acl");
        Mount second =
                Mount.attach(
                        new MemoryFileSystem(),
                        guarded,
                        MountOptions.writable("memory").withAllowOther(true).withPosixAcls(true));
        String other = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
        try {
            assertThat(
                            new Shell(guarded)
                                    .succeed(
                                            "cd $M; echo open > f; chmod 644 f; echo no > g;"
                                                    + " chmod 644 g; setfacl -m u:65534:--- g;"
                                                    + other
                                                    + "cat f; ! "
                                                    + other
                                                    + "cat g 2>&1"))
                    .isEqualTo("open\ncat: g: Permission denied");
        } finally {
            second.detach();
            assertThat(second.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aBugOrAFullStackCostsOneRequestAndNotTheMount() throws Exception {
        assertThat(
                        shell.succeed(
                                """
                                cd $M; echo still here > f
                                for i in 1 2 3; do ! getfattr -n user.overflow f 2>&1; done
                                ! getfattr -n user.bug f 2>&1; cat f
                                """))
                .isEqualTo(
                        "f: user.overflow: Input/output error\n".repeat(3)
                                + "f: user.bug: Input/output error\nstill here");
    }

    @Test
    void aMountWhoseProcessWasKilledGivesErrorsAndIsNamedAsSuch() throws Exception {
        Path killed = Files.createTempDirectory(folder, "killed");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.holdfast.fuse.MemoryMount",
                                killed.toString())
                        .redirectErrorStream(true)
                        .start();
        assertThat(process.inputReader().readLine()).startsWith("ready");
        Shell other = new Shell(killed);
        other.succeed("touch $M/f");
        process.destroyForcibly().waitFor();
        try {
            assertThat(other.run("ls $M").output()).contains("endpoint is not connected");
            assertThatThrownBy(
                            () -> Mount.attach(fileSystem, killed, MountOptions.writable("memory")))
                    .isInstanceOf(Busy.class)
                    .hasMessageContaining("whose process is gone")
                    .hasMessageEndingWith("fusermount -u " + killed);
        } finally {
            other.run("fusermount -u $M");
        }
    }

    @Test
    void aConnectionThatIsCutEndsTheMountAndLeavesErrors() throws Exception {
        assumeTrue(Kernel.effectiveUser() == 0, "needs root");
        String number = shell.succeed("mountpoint -d $M | cut -d: -f2");
        Process user = shell.start("exec 3>$M/f; echo ready; read -r line");
        assertThat(user.getInputStream().read()).isEqualTo('r');
        shell.succeed( // in a mount table of its own, to leave that of the machine alone
                "unshare -m bash -c 'mount -t fusectl none /sys/fs/fuse/connections || true; echo 1"
                        + " > /sys/fs/fuse/connections/"
                        + number
                        + "/abort'");
        assertThat(mount.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
        assertThat(fileSystem.closed.get()).isEqualTo(1);
        assertThat(shell.run("ls $M").output()).contains("endpoint is not connected");
        user.getOutputStream().close();
        user.waitFor();
        shell.succeed("fusermount -u $M");
    }

    @Test
    void statfsTellsTheSizes() throws Exception {
        assertThat(shell.succeed("stat -f -c '%s %b %f %a %c %d %l' $M"))
                .isEqualTo("4096 1048576 524288 524288 1048576 524288 255");
    }

    @Test
    void aMountInUseIsNotDetachedAndItsUserIsNamed() throws Exception {
        shell.succeed("echo x > $M/f");
        Process user = shell.start("exec 3<$M/f; echo ready; read -r line");
        assertThat(user.getInputStream().read()).isEqualTo('r');

        assertThatThrownBy(mount::detach)
                .isInstanceOf(Busy.class)
                .hasMessageContaining(mountPoint.toString())
                .hasMessageContaining("bash (pid " + user.pid() + ", open file)");

        assertThat(shell.succeed("cat $M/f")).isEqualTo("x");
        user.getOutputStream().close();
        user.waitFor();
        mount.detach();
        assertThat(mount.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
        assertThat(fileSystem.closed.get()).isEqualTo(1);
        assertThat(shell.succeed("ls -A $M")).isEmpty();
    }

    @Test
    void aWorkingDirectoryKeepsTheMount() throws Exception {
        Process user = shell.start("cd $M; echo ready; read -r line");
        assertThat(user.getInputStream().read()).isEqualTo('r');
        assertThatThrownBy(mount::detach)
                .isInstanceOf(Busy.class)
                .hasMessageContaining("(pid " + user.pid() + ", working directory)");
        user.getOutputStream().close();
        user.waitFor();
    }

    @Test
    void aMountThatIsUnmountedFromOutsideEnds() throws Exception {
        shell.succeed("fusermount -u $M");
        assertThat(mount.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
        assertThat(fileSystem.closed.get()).isEqualTo(1);
        mount.detach();
        assertThat(fileSystem.closed.get()).isEqualTo(1);
    }

    @Test
    void whatIsOpenAtALazyDetachGoesOnUntilItIsClosed() throws Exception {
        Process user = shell.start("exec 3>$M/f; echo ready; read -r line; echo late >&3");
        assertThat(user.getInputStream().read()).isEqualTo('r');
        mount.detachLazily();
        assertThat(mount.awaitEnd(200, TimeUnit.MILLISECONDS)).isFalse();
        user.getOutputStream().close();
        assertThat(user.waitFor()).isZero();
        assertThat(mount.awaitEnd(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void reasonsAgainstAMountAreSaid() throws Exception {
        MountOptions options = MountOptions.writable("memory");
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> Mount.attach(fileSystem, missing, options))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("does not exist");
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> Mount.attach(fileSystem, file, options))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("is not a directory");
        assertThatThrownBy(() -> Mount.attach(fileSystem, folder, options))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("is not empty");
        Path free = Files.createTempDirectory(folder, "free");
        assertThatThrownBy(
                        () ->
                                Mount.attach(
                                        fileSystem,
                                        free,
                                        options.withExtra(java.util.List.of("no_such_option"))))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("no_such_option");
        assertThat(shell.succeed("ls -A $M; mount | grep -c " + free + " || true")).isEqualTo("0");
    }

    @Test
    void aSecondMountAtTheSamePlaceIsRefused() {
        assertThatThrownBy(
                        () ->
                                Mount.attach(
                                        new MemoryFileSystem(),
                                        mountPoint,
                                        MountOptions.writable("memory")))
                .isInstanceOf(Busy.class)
                .hasMessageContaining("already a mount point (of type fuse.holdfast)");
    }
}
