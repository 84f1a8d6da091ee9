package dev.holdfast.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Sets up logging in code: reading an XML file would cost a third of the start-up of a short
 * command. Everything goes to standard error, in the form of the command's own messages.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
    private static volatile boolean timestamps;

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        StandardError appender = new StandardError();
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        context.getLogger("dev.holdfast").setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Sets what is logged: everything of ours, remarks too, or warnings. */
    static void level(Level level) {
        ((Logger) org.slf4j.LoggerFactory.getLogger("dev.holdfast")).setLevel(level);
    }

    /** Puts the time before each line, as long-running processes should. */
    static void withTimestamps() {
        timestamps = true;
    }

    private static final class StandardError extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            StringBuilder line = new StringBuilder();
            if (timestamps) {
                line.append(
                                Instant.ofEpochMilli(event.getTimeStamp())
                                        .truncatedTo(ChronoUnit.SECONDS))
                        .append(' ');
            }
            line.append("holdfast: ");
            if (event.getLevel() != Level.INFO) {
                line.append(
                                event.getLevel()
                                        .toString()
                                        .toLowerCase(Locale.ROOT)
                                        .replace("warn", "warning"))
                        .append(": ");
            }
            line.append(event.getFormattedMessage());
            IThrowableProxy thrown = event.getThrowableProxy();
            if (thrown != null) {
                line.append('\n').append(ThrowableProxyUtil.asString(thrown).stripTrailing());
            }
            System.err.println(line);
        }
    }
}
