package dev.holdfast.store.pbs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * The body of an answer to a REST call, up to a limit, which knows when something of it last came.
 * The JDK limits only the time until the answer begins.
 */
final class AnswerBody implements BodySubscriber<byte[]> {
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int maxBytes;
    private final Progress progress;
    private Flow.Subscription subscription;

    /** Told whenever something arrives; on any thread. */
    @FunctionalInterface
    interface Progress {
        void made();
    }

    AnswerBody(int maxBytes, Progress progress) {
        this.maxBytes = maxBytes;
        this.progress = progress;
        progress.made();
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        progress.made();
        for (ByteBuffer part : parts) {
            if (part.remaining() > maxBytes - bytes.size()) {
                subscription.cancel();
                whole.completeExceptionally(
                        new IOException("its answer has more than " + maxBytes + " bytes"));
                return;
            }
            byte[] copy = new byte[part.remaining()];
            part.get(copy);
            bytes.writeBytes(copy);
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        whole.complete(bytes.toByteArray());
    }
}
