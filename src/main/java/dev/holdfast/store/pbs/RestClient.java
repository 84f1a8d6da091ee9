package dev.holdfast.store.pbs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.Unreachable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/**
 * Calls of the REST API (protocol.md §4). Error bodies are plain text whatever their content type
 * says. A call is repeated once after a new login, else never. Thread-safe.
 */
final class RestClient implements AutoCloseable {
    static final String USER_AGENT = "holdfast";

    private static final String BASE = "/api2/json";
    private static final int MAX_BODY_BYTES = 256 << 20;
    private static final int MAX_QUERY_CHARS = 3072;
    private static final String DISABLED_SCHEMES = "jdk.http.auth.tunneling.disabledSchemes";
    private static final ObjectMapper JSON = new ObjectMapper();

    static {
        // The JDK tells a proxy no password unless it is told that it may; it looks only once,
        // when its first client is made.
        if (System.getProperty(DISABLED_SCHEMES) == null) {
            System.setProperty(DISABLED_SCHEMES, "");
        }
    }

    private final RepositoryAddress address;
    private final Timeouts timeouts;
    private final ExecutorService threads;
    private final Optional<String> proxyCredentials;
    private final HttpClient client;

    RestClient(ServerAccess access, SSLContext tls) {
        this.address = access.address();
        this.timeouts = access.timeouts();
        this.threads =
                Executors.newCachedThreadPool(
                        task -> {
                            Thread thread = new Thread(task, "pbs-rest");
                            thread.setDaemon(true);
                            return thread;
                        });
        this.proxyCredentials = access.proxy().flatMap(HttpProxy::authorization);
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(timeouts.connect())
                        .sslContext(tls)
                        .executor(threads)
                        .proxy(
                                access.proxy()
                                        .map(RestClient::selector)
                                        .orElse(HttpClient.Builder.NO_PROXY))
                        .build();
    }

    private static ProxySelector selector(HttpProxy proxy) {
        return ProxySelector.of(new InetSocketAddress(proxy.socketHost(), proxy.port()));
    }

    /** The login call: POST without credentials. */
    JsonNode login(Parameters parameters) {
        String what = "login as " + address.authId() + " at " + address.authority();
        return data(what, send(post("/access/ticket", parameters), Map.of()));
    }

    JsonNode get(Login login, String what, String path, Parameters parameters) {
        return call(login, what, request(parameters.query(path)).GET());
    }

    JsonNode delete(Login login, String what, String path, Parameters parameters) {
        return call(login, what, request(parameters.query(path)).DELETE());
    }

    JsonNode post(Login login, String what, String path, Parameters parameters) {
        return call(login, what, post(path, parameters));
    }

    /** Always as JSON: a query may not be longer than 3072 characters, and notes may. */
    JsonNode put(Login login, String what, String path, Parameters parameters) {
        return call(login, what, json(path).PUT(BodyPublishers.ofString(parameters.json())));
    }

    /** Bytes as the body, parameters in the query. */
    JsonNode upload(Login login, String what, String path, Parameters parameters, byte[] body) {
        return call(
                login,
                what,
                request(parameters.query(path))
                        .header("Content-Type", "application/octet-stream")
                        .POST(BodyPublishers.ofByteArray(body)));
    }

    private HttpRequest.Builder post(String path, Parameters parameters) {
        return json(path).POST(BodyPublishers.ofString(parameters.json()));
    }

    private HttpRequest.Builder json(String path) {
        return request(path).header("Content-Type", "application/json");
    }

    private HttpRequest.Builder request(String pathAndQuery) {
        if (BASE.length() + pathAndQuery.length() > MAX_QUERY_CHARS) {
            throw new IllegalArgumentException("request too long: " + pathAndQuery.length());
        }
        HttpRequest.Builder request =
                HttpRequest.newBuilder(
                                URI.create("https://" + address.authority() + BASE + pathAndQuery))
                        .timeout(timeouts.answer())
                        .header("User-Agent", USER_AGENT);
        // Goes to the proxy only, with the request for the tunnel.
        proxyCredentials.ifPresent(value -> request.header("Proxy-Authorization", value));
        return request;
    }

    private JsonNode call(Login login, String what, HttpRequest.Builder request) {
        Map<String, String> headers = login.headers();
        Answer answer = send(request, headers);
        if (answer.status() == 401 && login.renew(headers)) {
            answer = send(request, login.headers());
        }
        return data(what, answer);
    }

    private record Answer(int status, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private Answer send(HttpRequest.Builder request, Map<String, String> headers) {
        HttpRequest.Builder complete = request.copy();
        headers.forEach(complete::setHeader);
        try {
            HttpResponse<byte[]> response = receive(complete.build());
            if (response.body() == null) {
                // What a proxy says of a tunnel has no body for the JDK.
                throw new Unreachable(
                        "the proxy refuses to connect to "
                                + address.authority()
                                + ": status "
                                + response.statusCode()
                                + "; check ALL_PROXY");
            }
            return new Answer(response.statusCode(), response.body());
        } catch (ExecutionException e) {
            throw TransportErrors.of(address, e.getCause());
        } catch (TimeoutException e) {
            throw TransportErrors.of(address, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted while waiting for " + address.authority(), e);
        }
    }

    /** Waits for the whole answer, as long as it makes progress. */
    private HttpResponse<byte[]> receive(HttpRequest request)
            throws ExecutionException, TimeoutException, InterruptedException {
        AtomicLong lastNanos = new AtomicLong(System.nanoTime());
        CompletableFuture<HttpResponse<byte[]>> response =
                client.sendAsync(
                        request,
                        head ->
                                new AnswerBody(
                                        MAX_BODY_BYTES, () -> lastNanos.set(System.nanoTime())));
        // The request's own limit, which ends with the first byte of the answer, comes first.
        long limitNanos = timeouts.connect().plus(timeouts.answer()).toNanos();
        try {
            while (true) {
                long idleNanos = System.nanoTime() - lastNanos.get();
                try {
                    return response.get(limitNanos - idleNanos, TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (System.nanoTime() - lastNanos.get() >= limitNanos) {
                        throw e;
                    }
                }
            }
        } finally {
            response.cancel(true);
        }
    }

    private JsonNode data(String what, Answer answer) {
        if (answer.status() != 200) {
            if (answer.status() == 301 || answer.status() == 308) {
                throw new Unreachable(
                        "server "
                                + address.authority()
                                + " redirects requests; it is no Proxmox Backup Server");
            }
            throw ServerErrors.of(what, answer.status(), answer.text());
        }
        return parse(what, answer.body());
    }

    /** The member {@code data} of an answer, of either protocol. */
    static JsonNode parse(String what, byte[] body) {
        try {
            return JSON.readTree(body).path("data");
        } catch (JsonProcessingException e) {
            throw new Unreachable(
                    what + ": the answer is no JSON; is this a Proxmox Backup Server?", e);
        } catch (IOException e) {
            throw new IllegalStateException("an array can be read", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
