package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.DiskCache;
import dev.holdfast.metrics.Activity;
import dev.holdfast.metrics.Metrics;
import dev.holdfast.metrics.MetricsServer;
import dev.holdfast.upkeep.ChunkLedger;
import dev.holdfast.upkeep.LastCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The caches of a driver and what can be seen of it: in its status always, and as metrics if that
 * was asked for. Opened before the mount, so that an address in use or a bad cache directory is
 * found while somebody is at the terminal.
 */
final class Watch implements AutoCloseable {
    private final ChunkCache cache;
    private final Optional<Metrics> metrics;
    private final Optional<MetricsServer> server;

    private Watch(ChunkCache cache, Optional<Metrics> metrics, Optional<MetricsServer> server) {
        this.cache = cache;
        this.metrics = metrics;
        this.server = server;
    }

    /**
     * Opens what the options say.
     *
     * @param cacheBytes memory for decoded chunks
     * @param notIn what the disk cache must not be in, by what it is called in messages
     */
    static Watch open(
            DriverOptions options, long cacheBytes, Path mountPoint, Map<String, Path> notIn) {
        options.check();
        Optional<DiskCache> disk =
                options.diskCache.map(
                        directory -> {
                            CachePlace.check(directory, mountPoint, notIn);
                            return DiskCache.open(directory, options.diskCacheBytes);
                        });
        Optional<MetricsServer> server = options.metrics.map(MetricsServer::listen);
        Optional<Metrics> metrics = server.map(s -> new Metrics());
        ChunkCache cache =
                new ChunkCache(
                        cacheBytes,
                        disk,
                        metrics.map(Metrics::loads).orElse(ChunkCache.LoadListener.NONE));
        return new Watch(cache, metrics, server);
    }

    /** What a disk cache must not be in, as far as all mounts are concerned. */
    static Map<String, Path> repositoryOf(Session session) {
        Map<String, Path> places = new LinkedHashMap<>();
        if (RepositoryLocation.isLocal(session.location())) {
            places.put("the repository", RepositoryLocation.localPath(session.location()));
        }
        return places;
    }

    /** Decoded chunks, and behind them sealed ones. */
    ChunkCache cache() {
        return cache;
    }

    /**
     * Answers from now on, if metrics were asked for.
     *
     * @param labels what is mounted
     * @param more further figures
     */
    void start(
            Session session,
            Activity activity,
            Map<String, String> labels,
            Consumer<Metrics> more) {
        metrics.ifPresent(
                m -> {
                    m.mounted(labels);
                    m.cache(cache);
                    m.activity(activity);
                    ChunkLedger.fileFor(session.repository().location(), System.getenv())
                            .map(LastCheck::new)
                            .ifPresent(
                                    check ->
                                            m.age(
                                                    "last.verified",
                                                    "Time since a chunk of the repository was last verified here",
                                                    () -> age(check.time())));
                    more.accept(m);
                    server.orElseThrow().start(m::scrape);
                });
    }

    /** Seconds since then. */
    static OptionalDouble age(Optional<Instant> time) {
        return time.isPresent()
                ? OptionalDouble.of(Duration.between(time.get(), Instant.now()).toMillis() / 1000.0)
                : OptionalDouble.empty();
    }

    /** Adds to a status what is known of caches and activity. */
    void describe(ObjectNode json, Activity activity) {
        json.put("read-bytes", activity.readBytes());
        json.put("written-bytes", activity.writtenBytes());
        ObjectNode errors = json.putObject("errors");
        for (Activity.Failure failure : Activity.Failure.values()) {
            if (activity.failures(failure) > 0) {
                errors.put(failure.label(), activity.failures(failure));
            }
        }
        CacheStats stats = cache.stats();
        json.put("cache-limit-bytes", cache.maxBytes()).put("cache-bytes", cache.bytes());
        json.put("cache-hits", stats.hitCount()).put("cache-misses", stats.missCount());
        json.put("cache-hit-rate", rate(stats.hitCount(), stats.missCount()));
        json.put("cache-evictions", stats.evictionCount());
        json.put(
                "cache-load-millis",
                rounded(stats.averageLoadPenalty() / TimeUnit.MILLISECONDS.toNanos(1)));
        cache.disk().ifPresent(disk -> describe(json, disk));
        server.ifPresent(s -> json.put("metrics", "http://" + s.address() + "/metrics"));
    }

    private static void describe(ObjectNode json, DiskCache disk) {
        DiskCache.Figures figures = disk.figures();
        json.put("disk-cache", disk.directory().toString());
        json.put("disk-cache-limit-bytes", figures.limitBytes())
                .put("disk-cache-bytes", figures.bytes());
        json.put("disk-cache-hits", figures.hits()).put("disk-cache-misses", figures.misses());
        json.put("disk-cache-hit-rate", rate(figures.hits(), figures.misses()));
        json.put("disk-cache-read-bytes", figures.hitBytes())
                .put("disk-cache-stored", figures.stored());
        json.put("disk-cache-evictions", figures.evicted())
                .put("disk-cache-damaged", figures.dropped());
        json.put("disk-cache-errors", figures.failures());
    }

    /** From 0 to 1, to three digits; 1 before anything was asked for. */
    private static double rate(long hits, long misses) {
        return hits + misses == 0 ? 1 : rounded((double) hits / (hits + misses));
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }

    @Override
    public void close() {
        server.ifPresent(MetricsServer::close);
        metrics.ifPresent(Metrics::close);
    }
}
