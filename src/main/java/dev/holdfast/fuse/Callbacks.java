package dev.holdfast.fuse;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Closure;
import com.kenai.jffi.ClosureManager;
import com.kenai.jffi.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Functions that C can call and Java answers. Whatever goes wrong becomes a negative error number:
 * nothing is ever thrown into C.
 */
final class Callbacks {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    /** Different failures that are logged, so that a broken file system does not fill a disk. */
    private static final int LOGGED_KINDS = 100;

    private final List<Closure.Handle> closures = new ArrayList<>();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    /** An operation with the arguments that C passed, by position. */
    interface Operation {
        int answer(Closure.Buffer arguments);
    }

    /** Makes a function of {@code arity} machine words that returns an {@code int}. */
    long function(String name, int arity, Operation operation) {
        Type[] words = new Type[arity];
        Arrays.fill(words, Type.SINT64);
        CallContext signature =
                CallContext.getCallContext(Type.SINT64, words, CallingConvention.DEFAULT, false);
        Closure closure =
                arguments -> {
                    int result;
                    try {
                        result = operation.answer(arguments);
                    } catch (Errno e) {
                        result = -e.number();
                    } catch (Throwable e) { // also a full stack or heap: the JVM must live on
                        result = -Errno.EIO;
                        log(name, e);
                    }
                    arguments.setLongReturn(result);
                };
        Closure.Handle handle = ClosureManager.getInstance().newClosure(closure, signature);
        closures.add(handle);
        return handle.getAddress();
    }

    /** Without the message: it may hold a file's name, and logs are kept in plain text. */
    private void log(String operation, Throwable failure) {
        try {
            String kind = operation + ": " + failure.getClass().getName();
            if (logged.size() < LOGGED_KINDS && logged.add(kind)) {
                LOG.error("{} (answered with EIO; logged once)", kind);
                LOG.debug("{}", operation, failure);
            }
        } catch (Throwable ignored) {
            // Out of memory or stack: the answer matters more than the log.
        }
    }

    /** Frees the functions; C must not call them any more. */
    void free() {
        closures.forEach(Closure.Handle::dispose);
        closures.clear();
    }
}
