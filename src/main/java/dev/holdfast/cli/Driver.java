package dev.holdfast.cli;

import dev.holdfast.Busy;
import dev.holdfast.fuse.Mount;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import dev.holdfast.os.ServiceNotice;
import dev.holdfast.os.Signals;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stays with a mount until it ends. SIGTERM and SIGINT detach it, unless somebody uses it: then the
 * log says who, and the mount goes on. As a service ({@code NOTIFY_SOCKET} is set) it tells the
 * manager when it is ready, and keeps trying to detach once it was told to stop: at a shutdown
 * those who use the mount are ended at the same time.
 */
final class Driver {
    private static final Logger LOG = LoggerFactory.getLogger(Driver.class);
    private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(1);

    private final Mount mount;
    private final Optional<ServiceNotice> manager;
    private final CountDownLatch ended = new CountDownLatch(1);

    private Driver(Mount mount, Optional<ServiceNotice> manager) {
        this.mount = mount;
        this.manager = manager;
    }

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
        return new Driver(mount, background ? Optional.empty() : ServiceNotice.ofProcess())
                .serve(background);
    }

    private int serve(boolean background) {
        for (String name : new String[] {"TERM", "INT"}) {
            Signals.on(name, () -> new Thread(this::detach, "detach").start());
        }
        Signals.on("HUP", () -> {});
        LogConfigurator.withTimestamps();
        if (background) {
            Background.ready();
        }
        tell(service -> service.ready("the mount answers"));
        try {
            mount.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        } finally {
            ended.countDown();
        }
        return ExitCode.DONE;
    }

    private void detach() {
        tell(ServiceNotice::stopping);
        try {
            boolean warned = false;
            do {
                try {
                    mount.detach();
                    return;
                } catch (Busy e) {
                    if (!warned) {
                        LOG.warn("not detached: {}", e.getMessage());
                        tell(service -> service.status("waiting: " + e.getMessage()));
                        warned = true;
                    }
                }
                // Nobody says when the last user of a mount has gone.
            } while (manager.isPresent()
                    && !ended.await(BETWEEN_ATTEMPTS.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("cannot detach", e);
        }
    }

    private void tell(Consumer<ServiceNotice> news) {
        manager.ifPresent(
                service -> {
                    try {
                        news.accept(service);
                    } catch (OsError e) {
                        LOG.warn("the service manager was not told: {}", e.getMessage());
                    }
                });
    }
}
