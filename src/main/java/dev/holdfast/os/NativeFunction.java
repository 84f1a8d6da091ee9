package dev.holdfast.os;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Type;
import java.util.Arrays;

/**
 * A C function that takes and returns machine words (integers of any width, pointers; no floating
 * point). In the 64-bit calling conventions an {@code int} travels in a whole register, so one
 * signature per number of arguments is enough; the caller casts the result to {@code int} where the
 * C type is {@code int}. Immutable and safe for all threads; while the call runs the thread counts
 * as outside the JVM, so a call that blocks does not hold up a safepoint.
 */
public final class NativeFunction {
    private static final CallContext[] BY_ARITY = new CallContext[7];

    static {
        for (int arity = 0; arity < BY_ARITY.length; arity++) {
            Type[] words = new Type[arity];
            Arrays.fill(words, Type.SINT64);
            BY_ARITY[arity] =
                    CallContext.getCallContext(
                            Type.SINT64, words, CallingConvention.DEFAULT, /* saveErrno= */ true);
        }
    }

    private final Invoker invoker = Invoker.getInstance();
    private final long address;

    /** The function at an address, as C hands over a callback. */
    public NativeFunction(long address) {
        if (address == 0) {
            throw new IllegalArgumentException("null function pointer");
        }
        this.address = address;
    }

    /** The error number that the last call of this thread left behind. */
    public static int errno() {
        return LastError.getInstance().get();
    }

    public long call() {
        return invoker.invokeN0(BY_ARITY[0], address);
    }

    public long call(long a) {
        return invoker.invokeN1(BY_ARITY[1], address, a);
    }

    public long call(long a, long b) {
        return invoker.invokeN2(BY_ARITY[2], address, a, b);
    }

    public long call(long a, long b, long c) {
        return invoker.invokeN3(BY_ARITY[3], address, a, b, c);
    }

    public long call(long a, long b, long c, long d) {
        return invoker.invokeN4(BY_ARITY[4], address, a, b, c, d);
    }

    public long call(long a, long b, long c, long d, long e) {
        return invoker.invokeN5(BY_ARITY[5], address, a, b, c, d, e);
    }

    public long call(long a, long b, long c, long d, long e, long f) {
        return invoker.invokeN6(BY_ARITY[6], address, a, b, c, d, e, f);
    }
}
