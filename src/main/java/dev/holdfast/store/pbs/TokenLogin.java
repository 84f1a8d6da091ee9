package dev.holdfast.store.pbs;

import java.util.Map;

/** An API token: no login call, no expiry (protocol.md §5.7). */
final class TokenLogin implements Login {
    private final Map<String, String> headers;

    /** The server percent-decodes the secret, so it goes out encoded. */
    TokenLogin(String authId, String secret) {
        headers =
                Map.of("Authorization", "PBSAPIToken " + authId + ":" + Parameters.encode(secret));
    }

    @Override
    public Map<String, String> headers() {
        return headers;
    }

    @Override
    public boolean renew(Map<String, String> rejected) {
        return false;
    }
}
