package dev.holdfast.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Refused;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.DiskCache;
import dev.holdfast.format.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a scraper gets. */
class MetricsServerTest {
    @TempDir Path temporary;
    private final Metrics metrics = new Metrics();
    private final MetricsServer server =
            MetricsServer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

    @AfterEach
    void close() {
        server.close();
        metrics.close();
    }

    private HttpResponse<String> ask(String method, String path) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + server.address() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private double scrape(String name) throws Exception {
        HttpResponse<String> response = ask("GET", "/metrics");
        assertThat(response.statusCode()).isEqualTo(200);
        return Arrays.stream(response.body().split("\n"))
                .filter(line -> line.startsWith(name + " "))
                .findFirst()
                .map(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .orElseThrow(() -> new AssertionError(name + " is not in " + response.body()));
    }

    @Test
    void tellsWhatCachesDo() throws Exception {
        DiskCache disk = DiskCache.open(temporary.resolve("cache"), 1L << 30);
        ChunkCache cache = new ChunkCache(1_000_000, Optional.of(disk), metrics.loads());
        metrics.cache(cache);
        server.start(metrics::scrape);
        cache.get(Sha256.of(new byte[] {1}), () -> new byte[100]).close();
        cache.get(Sha256.of(new byte[] {1}), () -> new byte[100]).close();
        cache.get(Sha256.of(new byte[] {1}), () -> new byte[100]).close();
        cache.get(Sha256.of(new byte[] {2}), () -> new byte[200]).close();
        assertThatThrownBy(
                        () ->
                                cache.get(
                                        Sha256.of(new byte[] {3}),
                                        () -> {
                                            throw new IllegalStateException("damaged");
                                        }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(scrape("holdfast_cache_hits_total")).isEqualTo(2);
        assertThat(scrape("holdfast_cache_misses_total")).isEqualTo(3);
        assertThat(scrape("holdfast_cache_bytes")).isEqualTo(2 * (64 << 10));
        assertThat(scrape("holdfast_cache_limit_bytes")).isEqualTo(1_000_000);
        assertThat(scrape("holdfast_chunk_load_seconds_count{outcome=\"ok\"}")).isEqualTo(2);
        assertThat(scrape("holdfast_chunk_load_seconds_count{outcome=\"error\"}")).isEqualTo(1);
        assertThat(scrape("holdfast_chunk_load_seconds_bucket{outcome=\"ok\",le=\"30.0\"}"))
                .isEqualTo(2);
        assertThat(scrape("holdfast_disk_cache_misses_total")).isZero();
        assertThat(scrape("holdfast_disk_cache_limit_bytes")).isEqualTo(1L << 30);
    }

    @Test
    void tellsWhatWentThroughAndWhatFailed() throws Exception {
        Activity activity = new Activity();
        metrics.activity(activity);
        server.start(metrics::scrape);
        activity.read(1000);
        activity.read(24);
        activity.wrote(7);
        activity.failed(Activity.Failure.DAMAGED);
        activity.failed(Activity.Failure.DAMAGED);
        assertThat(scrape("holdfast_read_bytes_total")).isEqualTo(1024);
        assertThat(scrape("holdfast_written_bytes_total")).isEqualTo(7);
        assertThat(scrape("holdfast_errors_total{kind=\"damaged\"}")).isEqualTo(2);
        assertThat(scrape("holdfast_errors_total{kind=\"unreachable\"}")).isZero();
    }

    @Test
    void tellsWhatADriverAdds() throws Exception {
        metrics.mounted(Map.of("kind", "stage", "mountpoint", "/mnt/\"odd\\\n"));
        metrics.bytes("dirty", "What is not committed", () -> 4096);
        metrics.gauge("changed", "Whether something changed", () -> 1);
        metrics.age("last.commit", "Since the last commit", () -> OptionalDouble.of(61.5));
        metrics.age("last.verified", "Since the last check", OptionalDouble::empty);
        server.start(metrics::scrape);
        assertThat(scrape("holdfast_dirty_bytes")).isEqualTo(4096);
        assertThat(scrape("holdfast_changed")).isEqualTo(1);
        assertThat(scrape("holdfast_last_commit_age_seconds")).isEqualTo(61.5);
        assertThat(scrape("holdfast_last_verified_age_seconds")).isNaN();
        assertThat(ask("GET", "/metrics").body())
                .contains("holdfast_mounted{kind=\"stage\",mountpoint=\"/mnt/\\\"odd\\\\\\n\"} 1");
        assertThat(scrape("process_uptime_seconds")).isPositive();
        assertThat(ask("GET", "/metrics").body()).contains("jvm_memory_used_bytes{");
    }

    @Test
    void answersNothingElse() throws Exception {
        server.start(metrics::scrape);
        assertThat(ask("GET", "/").statusCode()).isEqualTo(404);
        assertThat(ask("GET", "/metrics/../etc/passwd").statusCode()).isEqualTo(404);
        assertThat(ask("POST", "/metrics").statusCode()).isEqualTo(405);
        HttpResponse<String> head = ask("HEAD", "/metrics");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(head.headers().firstValue("Content-Type").orElseThrow())
                .startsWith("text/plain");
    }

    @Test
    void saysThatAnAddressIsTaken() {
        int port = Integer.parseInt(server.address().replaceAll(".*:", ""));
        assertThatThrownBy(
                        () ->
                                MetricsServer.listen(
                                        new InetSocketAddress(
                                                InetAddress.getLoopbackAddress(), port)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("--metrics");
    }

    @Test
    void aFailureToAnswerEndsNoLaterAnswer() throws Exception {
        boolean[] fails = {true};
        server.start(
                () -> {
                    if (fails[0]) {
                        throw new IllegalStateException("not now");
                    }
                    return "fine 1\n";
                });
        assertThatThrownBy(() -> ask("GET", "/metrics")).isInstanceOf(IOException.class);
        fails[0] = false;
        assertThat(scrape("fine")).isEqualTo(1);
    }

    @Test
    void oneWhoSaysNothingDoesNotKeepOthersWaiting() throws Exception {
        server.start(() -> "fine 1\n");
        int port = Integer.parseInt(server.address().replaceAll(".*:", ""));
        try (var silent = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
            silent.getOutputStream()
                    .write("GET ".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            assertThat(scrape("fine")).isEqualTo(1);
        }
    }
}
