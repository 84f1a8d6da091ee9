package dev.holdfast.fuse;

import dev.holdfast.os.Kernel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a file system is mounted. Always on: {@code subtype=holdfast}. Cached content is kept over
 * close and open, as all changes go through the mount. Whenever somebody else than root may come
 * in, the kernel checks modes.
 *
 * @param fsName what {@code df} and {@code mount} show as the source; never secret
 * @param readOnly refuse writes in the kernel
 * @param allowOther let other users than the mounting one in
 * @param attributeTimeout how long the kernel believes attributes
 * @param entryTimeout how long the kernel believes that a name means a node, or that there is none
 *     of that name
 * @param posixAcls let the kernel enforce the ACLs that the file system keeps as extended
 *     attributes, where it checks modes; without it only those count. The file system must then
 *     itself bring mode and ACL in step (after {@code chmod}, and when an ACL is set) and pass
 *     default ACLs on to new nodes
 * @param extra further mount options, each as after {@code -o}
 */
public record MountOptions(
        String fsName,
        boolean readOnly,
        boolean allowOther,
        boolean posixAcls,
        Duration attributeTimeout,
        Duration entryTimeout,
        List<String> extra) {

    private static final Duration LONGEST = Duration.ofDays(3650);

    /** How long the kernel may believe what only it can change. Not for ever, as a safety net. */
    private static final Duration LONG = Duration.ofSeconds(60);

    public MountOptions {
        Objects.requireNonNull(fsName);
        attributeTimeout = bounded(attributeTimeout);
        entryTimeout = bounded(entryTimeout);
        extra = List.copyOf(extra);
        for (String option : extra) {
            if (option.isEmpty() || option.startsWith("-") || option.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("not a mount option: " + option);
            }
        }
    }

    private static Duration bounded(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("negative timeout: " + timeout);
        }
        return timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout;
    }

    /** For a tree that is written to through this mount only: the kernel knows every change. */
    public static MountOptions writable(String fsName) {
        return new MountOptions(fsName, false, false, false, LONG, LONG, List.of());
    }

    /** For a tree that never changes. */
    public static MountOptions immutable(String fsName) {
        return new MountOptions(fsName, true, false, false, LONGEST, LONGEST, List.of());
    }

    /** The same with other users let in or not. */
    public MountOptions withAllowOther(boolean allow) {
        return new MountOptions(
                fsName, readOnly, allow, posixAcls, attributeTimeout, entryTimeout, extra);
    }

    /** The same with ACLs enforced or not. */
    public MountOptions withPosixAcls(boolean enforced) {
        return new MountOptions(
                fsName, readOnly, allowOther, enforced, attributeTimeout, entryTimeout, extra);
    }

    /** The same with other further options. */
    public MountOptions withExtra(List<String> options) {
        return new MountOptions(
                fsName, readOnly, allowOther, posixAcls, attributeTimeout, entryTimeout, options);
    }

    /**
     * Whether the kernel checks modes and ACLs. Before each check it asks for the attributes of
     * what has changed, three times for each file that is created and renamed. Root passes all
     * checks: if nobody else is let in, there are none.
     */
    boolean areModesChecked() {
        return allowOther || Kernel.effectiveUser() != 0;
    }

    /** The argument after {@code -o}. */
    String argument() {
        List<String> options = new ArrayList<>();
        options.add("fsname=" + escaped(fsName.isEmpty() ? "holdfast" : fsName));
        options.add("subtype=holdfast");
        if (areModesChecked()) {
            options.add("default_permissions");
        }
        if (readOnly) {
            options.add("ro");
        }
        if (allowOther) {
            options.add("allow_other");
        }
        options.addAll(extra);
        return String.join(",", options);
    }

    /** libfuse splits at commas and drops backslashes that are not doubled. */
    private static String escaped(String name) {
        return name.replace("\0", "").replace("\\", "\\\\").replace(",", "\\,");
    }
}
