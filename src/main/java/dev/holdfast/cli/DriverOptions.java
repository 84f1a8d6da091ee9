package dev.holdfast.cli;

import dev.holdfast.chunk.DiskCache;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options of both sorts of mounts: the cache on disk, and figures for those who watch. */
final class DriverOptions {
    @Option(
            names = "--disk-cache",
            paramLabel = "DIR",
            description =
                    "Keep encrypted chunks in this directory, too: for repositories on slow links. Several mounts may"
                            + " share it.")
    Optional<Path> diskCache = Optional.empty();

    @Option(
            names = "--disk-cache-size",
            paramLabel = "SIZE",
            converter = Sizes.SizeConverter.class,
            defaultValue = "5G",
            description = "What the disk cache may take; default ${DEFAULT-VALUE}.")
    long diskCacheBytes;

    @Option(
            names = "--metrics",
            paramLabel = "[HOST:]PORT",
            converter = AddressConverter.class,
            description =
                    "Serve figures for Prometheus on http://HOST:PORT/metrics to whoever can connect; without HOST, to"
                            + " this machine only.")
    Optional<InetSocketAddress> metrics = Optional.empty();

    /** Fails on what can be known to be wrong before anything is opened. */
    void check() {
        if (diskCache.isPresent() && diskCacheBytes < DiskCache.MIN_LIMIT_BYTES) {
            throw new UsageException(
                    "--disk-cache-size must be at least "
                            + (DiskCache.MIN_LIMIT_BYTES >> 20)
                            + "M");
        }
    }

    /** {@code 9100}, {@code 10.0.0.1:9100}, {@code [::1]:9100}. */
    static final class AddressConverter implements ITypeConverter<InetSocketAddress> {
        private static final Pattern ADDRESS =
                Pattern.compile("(?:(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]]*)):)?([0-9]{1,5})");
        private static final int MAX_PORT = 65535;

        @Override
        public InetSocketAddress convert(String value) {
            Matcher matcher = ADDRESS.matcher(value);
            if (!matcher.matches() || Integer.parseInt(matcher.group(3)) > MAX_PORT) {
                throw new TypeConversionException(
                        "'" + value + "' is no address; write for example 9100 or 127.0.0.1:9100");
            }
            String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            try {
                InetAddress address =
                        host == null || host.isEmpty()
                                ? InetAddress.getByAddress("127.0.0.1", new byte[] {127, 0, 0, 1})
                                : InetAddress.getByName(host);
                return new InetSocketAddress(address, Integer.parseInt(matcher.group(3)));
            } catch (UnknownHostException e) {
                throw new TypeConversionException("there is no host " + host);
            }
        }
    }
}
