package dev.holdfast.os;

import java.lang.reflect.Proxy;

/**
 * Reacts to signals. Java's own answer to SIGTERM is to end, which a process that holds a mount
 * must be able to refuse. The JDK has an API for it ({@code sun.misc.Signal}, exported by {@code
 * jdk.unsupported}) that compilers warn of without a way to say that it is meant, hence by
 * reflection.
 */
public final class Signals {
    private Signals() {}

    /**
     * Runs {@code action}, on a thread of the JVM, each time that signal arrives; nothing else
     * happens then.
     *
     * @param name without {@code SIG}
     */
    public static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> {
                                if (method.getName().equals("handle")) {
                                    action.run();
                                }
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java cannot handle signals", e);
        }
    }
}
