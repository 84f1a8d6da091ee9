package dev.holdfast.cli;

import dev.holdfast.Busy;
import dev.holdfast.fuse.Mount;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.Signals;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stays with a mount until it ends. SIGTERM and SIGINT detach it, unless somebody uses it: then the
 * log says who, and the mount goes on.
 */
final class Driver {
    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);

    private Driver() {}

    /** From here on keys are in memory for long: no core dump may ever hold them. */
    static void protectSecrets() {
        Kernel.forbidCoreDumps();
    }

    /**
     * Serves the mount to its end.
     *
     * @param background whether this process is a driver in the background, which a starting
     *     process waits for
     * @return exit code
     */
    static int serve(Mount mount, boolean background) {
        return serve(mount, background, () -> {});
    }

    /**
     * As above.
     *
     * @param mayEnd throws {@link Busy} if the mount must go on although nobody uses it
     */
    static int serve(Mount mount, boolean background, Runnable mayEnd) {
        for (String name : new String[] {"TERM", "INT"}) {
            Signals.on(name, () -> new Thread(() -> detach(mount, mayEnd), "detach").start());
        }
        Signals.on("HUP", () -> {});
        LogConfigurator.withTimestamps();
        if (background) {
            Background.ready();
        }
        try {
            mount.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
        return ExitCode.DONE;
    }

    private static void detach(Mount mount, Runnable mayEnd) {
        try {
            mayEnd.run();
            mount.detach();
        } catch (Busy e) {
            LOG.warn("not detached: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("cannot detach", e);
        }
    }
}
