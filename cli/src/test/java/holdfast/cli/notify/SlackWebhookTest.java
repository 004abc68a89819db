package holdfast.cli.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Goal: a message arrives if it can, and nothing that happens to it harms the run or gives the address away.
/// Method: a real HTTP server on this host that answers as the test wants.
final class SlackWebhookTest {
    private static final String SECRET = "T000/B000/XXXXSECRET";

    private final Deque<Integer> answers = new ArrayDeque<>();
    private final List<String> bodies = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private Duration patience = Duration.ofMinutes(1);
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            synchronized (bodies) {
                bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            }
            int status = answers.isEmpty() ? 200 : answers.removeFirst();
            if (status == 0) {
                await();
            }
            if (status == 429) {
                exchange.getResponseHeaders().add("Retry-After", "7");
            }
            exchange.sendResponseHeaders(status == 0 ? 500 : status, -1);
            exchange.close();
        });
        server.start();
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
    }

    private SlackWebhook webhook() {
        return webhook(server.getAddress().getPort());
    }

    private SlackWebhook webhook(int port) {
        return new SlackWebhook(URI.create("http://127.0.0.1:" + port + "/services/" + SECRET), patience, pauses::add);
    }

    @Test
    void headlineAndFactsArriveAsOneText() {
        assertThat(webhook().post("Backup <done> & proven", Map.of("Size", "1.0 GiB \"x\"")))
                .isEmpty();
        assertThat(bodies)
                .containsExactly("{\"text\":\"*Backup &lt;done&gt; &amp; proven*\\n• Size: 1.0 GiB \\\"x\\\"\"}");
    }

    @Test
    void aServerInTroubleIsAskedAgain() {
        answers.addAll(List.of(500, 503));
        assertThat(webhook().post("x", Map.of())).isEmpty();
        assertThat(bodies).hasSize(3);
        assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void aServerThatNamesATimeIsGivenIt() {
        answers.add(429);
        assertThat(webhook().post("x", Map.of())).isEmpty();
        assertThat(pauses).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void afterThreeAttemptsItGivesUp() {
        answers.addAll(List.of(500, 500, 500, 500));
        assertThat(webhook().post("x", Map.of()).orElseThrow()).contains("status 500", "3 attempts", "127.0.0.1");
        assertThat(bodies).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 410, 302})
    void whatIsRefusedForGoodIsNotTriedAgain(int status) {
        answers.add(status);
        assertThat(webhook().post("x", Map.of()).orElseThrow()).contains("status " + status);
        assertThat(bodies).hasSize(1);
    }

    @Test
    void aServerThatHangsIsLeft() {
        patience = Duration.ofMillis(300);
        answers.addAll(List.of(0, 0, 0));
        assertThat(webhook().post("x", Map.of()).orElseThrow()).contains("HttpTimeoutException");
    }

    @Test
    void theAddressIsNeverTold() {
        int closed = server.getAddress().getPort();
        server.stop(0);
        String why = webhook(closed).post("x", Map.of()).orElseThrow();
        assertThat(why).contains("127.0.0.1").doesNotContain("SECRET").doesNotContain("services");
        assertThat(webhook(closed).toString()).doesNotContain("SECRET");
    }

    @Test
    void anInterruptEndsTheWait() {
        answers.addAll(List.of(500, 500, 500));
        SlackWebhook webhook = new SlackWebhook(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), Duration.ofSeconds(5), time -> {
                    throw new InterruptedException();
                });
        assertThat(webhook.post("x", Map.of())).contains("message to 127.0.0.1 not delivered: interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "http://example.org/x", "ftp://127.0.0.1/x", "https:///x", "https://a b"})
    void anAddressThatIsNoneIsRefused(String address) {
        assertThat(SlackWebhook.at(address)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://hooks.slack.com/services/a/b/c", "http://localhost:9/x", " https://x.example/y\n"})
    void anAddressThatIsOneIsTaken(String address) {
        assertThat(SlackWebhook.at(address)).isPresent();
    }
}
