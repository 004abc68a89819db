package holdfast.cli.notify;

import holdfast.cli.console.JsonText;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Posts to a Slack channel through an incoming webhook, as <https://api.slack.com/messaging/webhooks>
/// describes. The address is the secret: it is never shown, only its host is. Every wait is bounded; all
/// attempts together take less than a minute.
public final class SlackWebhook {
    /// Lets time pass between attempts; tests do not want to wait.
    interface Pause {
        void take(Duration time) throws InterruptedException;
    }

    private static final int ATTEMPTS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final int TOO_MANY = 429;

    private final URI address;
    private final Duration patience;
    private final Pause pause;

    SlackWebhook(URI address, Duration patience, Pause pause) {
        this.address = address;
        this.patience = patience;
        this.pause = pause;
    }

    /// Empty when the address is not one a message can be posted to: `https`, or `http` on this host.
    public static Optional<SlackWebhook> at(String address) {
        try {
            URI uri = new URI(address.strip());
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            String host = uri.getHost() == null ? "" : uri.getHost();
            boolean here = host.equals("localhost") || host.equals("127.0.0.1") || host.equals("[::1]");
            return !host.isEmpty() && (scheme.equals("https") || (scheme.equals("http") && here))
                    ? Optional.of(new SlackWebhook(uri, PATIENCE, Thread::sleep))
                    : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    /// Posts a message; a line for each fact follows the headline.
    ///
    /// @return why it was not delivered, without the address; empty when it was
    public Optional<String> post(String headline, Map<String, String> facts) {
        StringBuilder text = new StringBuilder("*").append(escape(headline)).append('*');
        facts.forEach((name, value) ->
                text.append("\n• ").append(escape(name)).append(": ").append(escape(value)));
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(patience)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(
                        JsonText.of(Map.of("text", text.toString())), StandardCharsets.UTF_8))
                .build();
        return deliver(request).map(why -> "message to " + address.getHost() + " not delivered: " + why);
    }

    private Optional<String> deliver(HttpRequest request) {
        String why = "";
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build()) {
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                Duration wait = Duration.ofSeconds(attempt);
                try {
                    HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
                    int status = response.statusCode();
                    if (status / 100 == 2) {
                        return Optional.empty();
                    }
                    why = "status " + status;
                    if (status / 100 != 5 && status != TOO_MANY) {
                        return Optional.of(why);
                    }
                    wait = retryAfter(response).orElse(wait);
                } catch (IOException e) {
                    // the message may name the address
                    why = e.getClass().getSimpleName();
                }
                if (attempt < ATTEMPTS) {
                    pause.take(wait);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
        return Optional.of(why + ", after " + ATTEMPTS + " attempts");
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(value -> value.matches("\\d{1,6}"))
                .map(value -> Duration.ofSeconds(Long.parseLong(value)))
                .map(wait -> wait.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : wait);
    }

    /// Slack's three control characters.
    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /// Never the address.
    @Override
    public String toString() {
        return "Slack webhook at " + address.getHost();
    }
}
