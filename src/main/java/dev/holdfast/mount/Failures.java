package dev.holdfast.mount;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.BadKey;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.fuse.Errno;
import dev.holdfast.metrics.Activity;
import dev.holdfast.os.OsError;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a failure is to the caller and to the operator: the one place where exceptions become errno.
 *
 * <pre>
 * Damaged      EIO     logged once per chunk, without a chunk once per message
 * BadKey       EACCES  logged once per snapshot
 * Unreachable  EIO     logged once per message
 * NotFound     ENOENT
 * Busy         EBUSY
 * Refused      EACCES  logged once per message
 * </pre>
 *
 * <p>All but NotFound and Busy are counted.
 */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final int REMEMBERED = 4096;

    private final Cache<Object, Boolean> said =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    private final Activity activity;
    private volatile boolean anyDamage;

    Failures(Activity activity) {
        this.activity = activity;
    }

    /** What is asked, for messages. */
    interface Place {
        /** The snapshot; a path of the repository if it is none. */
        String snapshot();

        /** Archive and path in it; empty outside of archives. */
        String path();
    }

    /** A place outside of archives. */
    record Listed(String snapshot) implements Place {
        @Override
        public String path() {
            return "";
        }
    }

    /** Does something for the caller of a node's method. */
    <T> T guard(Place place, Supplier<T> action) {
        try {
            return action.get();
        } catch (RuntimeException e) {
            throw errno(place, e);
        }
    }

    /** What the caller sees of a failure; logs it if nobody else would say it. */
    RuntimeException errno(Place place, RuntimeException e) {
        if (e instanceof Errno) {
            return e;
        } else if (e instanceof NotFound) {
            return new Errno(Errno.ENOENT);
        } else if (e instanceof Busy) {
            return new Errno(Errno.EBUSY);
        } else if (e instanceof BadKey) {
            activity.failed(Activity.Failure.KEY);
            if (isNew("key " + place.snapshot())) {
                LOG.error("{}: {}", place.snapshot(), e.getMessage());
            }
            return new Errno(Errno.EACCES);
        } else if (e instanceof DamagedChunk damaged) {
            anyDamage = true;
            activity.failed(Activity.Failure.DAMAGED);
            if (isNew(damaged.digest())) {
                LOG.error(
                        "damaged chunk {} in snapshot {}, {}: {}; what it holds cannot be read,"
                                + " everything else can",
                        damaged.digest(),
                        place.snapshot(),
                        printable(place.path()),
                        e.getMessage());
            }
            return new Errno(Errno.EIO);
        } else if (e instanceof Damaged) {
            activity.failed(Activity.Failure.DAMAGED);
            once("damaged data in snapshot", place, e);
            return new Errno(Errno.EIO);
        } else if (e instanceof Unreachable || e instanceof OsError) {
            activity.failed(
                    e instanceof OsError ? Activity.Failure.IO : Activity.Failure.UNREACHABLE);
            once("cannot read", place, e);
            return new Errno(Errno.EIO);
        } else if (e instanceof Refused) {
            activity.failed(Activity.Failure.REFUSED);
            once("refused", place, e);
            return new Errno(Errno.EACCES);
        }
        activity.failed(Activity.Failure.INTERNAL);
        return e;
    }

    /** Says what could not be read of a snapshot, where that is no failure of the caller. */
    void log(SnapshotKey key, String archive, RuntimeException e) {
        once("not all can be shown of", new Part(key.toString(), archive), e);
    }

    private record Part(String snapshot, String path) implements Place {}

    private void once(String what, Place place, RuntimeException e) {
        if (isNew(place.snapshot() + "\n" + e.getMessage())) {
            LOG.error(
                    "{} {}{}{}: {}",
                    what,
                    place.snapshot(),
                    place.path().isEmpty() ? "" : ", ",
                    printable(place.path()),
                    e.getMessage());
        }
    }

    /** Whether somebody met damage in one of these chunks of a stream. */
    boolean knowsDamage(ChunkIndex index, int firstChunk, int lastChunk) {
        if (anyDamage) {
            for (int i = firstChunk; i <= lastChunk; i++) {
                if (said.asMap().containsKey(index.digest(i))) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isNew(Object what) {
        return said.asMap().putIfAbsent(what, true) == null;
    }

    /** Names come from archives; one with a line break must not look like a message of ours. */
    private static String printable(String path) {
        StringBuilder text = new StringBuilder(path.length());
        path.codePoints()
                .forEach(
                        c -> {
                            if (Character.isISOControl(c)) {
                                text.append(String.format("\\x%02x", c));
                            } else {
                                text.appendCodePoint(c);
                            }
                        });
        return text.toString();
    }
}
