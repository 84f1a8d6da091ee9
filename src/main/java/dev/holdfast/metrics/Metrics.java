package dev.holdfast.metrics;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.DiskCache;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The figures of one mount, as Prometheus reads them. Nothing is measured twice: most meters ask
 * what is counted anyway, when they are read. Labels hold no names of files. Thread-safe.
 */
public final class Metrics implements AutoCloseable {
    private static final Duration FASTEST_LOAD = Duration.ofMillis(1);
    private static final Duration SLOWEST_LOAD = Duration.ofSeconds(30);
    private static final Duration[] LOAD_STEPS = {
        FASTEST_LOAD,
        Duration.ofMillis(3),
        Duration.ofMillis(10),
        Duration.ofMillis(30),
        Duration.ofMillis(100),
        Duration.ofMillis(300),
        Duration.ofSeconds(1),
        Duration.ofSeconds(3),
        Duration.ofSeconds(10),
        SLOWEST_LOAD
    };

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final Timer loads;
    private final Timer failedLoads;

    /** Figures of the process, and none of a mount yet. */
    public Metrics() {
        new JvmMemoryMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
        this.loads = timer("ok");
        this.failedLoads = timer("error");
    }

    private Timer timer(String outcome) {
        return Timer.builder("holdfast.chunk.load")
                .description("Time to fetch, check and decode a chunk")
                .tag("outcome", outcome)
                .serviceLevelObjectives(LOAD_STEPS)
                .minimumExpectedValue(FASTEST_LOAD)
                .maximumExpectedValue(SLOWEST_LOAD)
                .register(registry);
    }

    /** To be given to the {@link ChunkCache}. */
    public ChunkCache.LoadListener loads() {
        return (nanos, succeeded) ->
                (succeeded ? loads : failedLoads).record(nanos, TimeUnit.NANOSECONDS);
    }

    /** What is mounted, as labels of the number 1. */
    public void mounted(Map<String, String> labels) {
        Tags tags = Tags.empty();
        for (Map.Entry<String, String> label : labels.entrySet()) {
            tags = tags.and(label.getKey(), label.getValue());
        }
        Gauge.builder("holdfast.mounted", () -> 1)
                .description("What is mounted")
                .tags(tags)
                .register(registry);
    }

    /** The cache of decoded chunks, and the one on disk behind it. */
    public void cache(ChunkCache cache) {
        counter("cache.hits", "Chunks found in memory", cache, c -> c.stats().hitCount());
        counter("cache.misses", "Chunks not found in memory", cache, c -> c.stats().missCount());
        counter("cache.evictions", "Chunks evicted", cache, c -> c.stats().evictionCount());
        bytes("cache", "Decoded chunks in memory", cache::bytes);
        bytes("cache.limit", "Limit of decoded chunks in memory", cache::maxBytes);
        cache.disk().ifPresent(this::diskCache);
    }

    private void diskCache(DiskCache disk) {
        counter("disk.cache.hits", "Chunks found on disk", disk, d -> d.figures().hits());
        counter("disk.cache.misses", "Chunks not found on disk", disk, d -> d.figures().misses());
        counter("disk.cache.stored", "Chunks put on disk", disk, d -> d.figures().stored());
        counter("disk.cache.evictions", "Chunks evicted", disk, d -> d.figures().evicted());
        counter("disk.cache.damaged", "Damaged files removed", disk, d -> d.figures().dropped());
        counter("disk.cache.errors", "Failures of the disk", disk, d -> d.figures().failures());
        bytes("disk.cache", "Sealed chunks on disk", () -> disk.figures().bytes());
        bytes(
                "disk.cache.limit",
                "Limit of sealed chunks on disk",
                () -> disk.figures().limitBytes());
        FunctionCounter.builder("holdfast.disk.cache.read", disk, d -> d.figures().hitBytes())
                .description("Sealed bytes read from disk")
                .baseUnit("bytes")
                .register(registry);
    }

    /** What goes through the file system. */
    public void activity(Activity activity) {
        FunctionCounter.builder("holdfast.read", activity, Activity::readBytes)
                .description("Content read through the mount")
                .baseUnit("bytes")
                .register(registry);
        FunctionCounter.builder("holdfast.written", activity, Activity::writtenBytes)
                .description("Content written through the mount")
                .baseUnit("bytes")
                .register(registry);
        for (Activity.Failure failure : Activity.Failure.values()) {
            FunctionCounter.builder("holdfast.errors", activity, a -> a.failures(failure))
                    .description("Calls that failed")
                    .tag("kind", failure.label())
                    .register(registry);
        }
    }

    private <T> void counter(String name, String what, T of, ToDoubleFunction<T> value) {
        FunctionCounter.builder("holdfast." + name, of, value).description(what).register(registry);
    }

    /** An amount of bytes that goes up and down. */
    public void bytes(String name, String what, DoubleSupplier value) {
        Gauge.builder("holdfast." + name, value::getAsDouble)
                .description(what)
                .baseUnit("bytes")
                .register(registry);
    }

    /** A number that goes up and down. */
    public void gauge(String name, String what, DoubleSupplier value) {
        Gauge.builder("holdfast." + name, value::getAsDouble).description(what).register(registry);
    }

    /** How long ago something was; not a number while that is not known. */
    public void age(String name, String what, Supplier<OptionalDouble> seconds) {
        Gauge.builder("holdfast." + name + ".age", () -> seconds.get().orElse(Double.NaN))
                .description(what)
                .baseUnit("seconds")
                .register(registry);
    }

    /** In the text format of Prometheus. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
