package holdfast.cli.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Somebody who always sells and now and then uploads, in a process of their own: it writes until its input ends.
public final class BusyWriter implements AutoCloseable {
    /// Where sqlite-jdbc looks for its library.
    private static final String LIBRARIES = "org.sqlite.lib.path";

    private static final int UPLOAD_EVERY = 100;
    private static final int MILLIS_BETWEEN_SALES = 3;
    private static final int SECONDS_TO_STOP = 30;

    private final Process process;

    private BusyWriter(Process process) {
        this.process = process;
    }

    /// Begins to write.
    static BusyWriter start(Path database, Path uploads) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = new ArrayList<>(List.of(
                java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx64m", "--enable-native-access=ALL-UNNAMED"));
        // the jars that the launcher runs come without their libraries, which lie beside them
        String libraries = System.getProperty(LIBRARIES);
        if (libraries != null) {
            command.add("-D" + LIBRARIES + "=" + libraries);
        }
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                BusyWriter.class.getName(),
                database.toString(),
                uploads.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new BusyWriter(process);
    }

    /// Stops writing.
    ///
    /// @return how many sales there were
    /// @throws IOException when the writer itself failed, which a backup must never cause
    long stop() throws IOException {
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS) && process.exitValue() == 0) {
                return Long.parseLong(said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IOException("the demo's writer was disturbed: " + said);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /// @param arguments database and uploads folder
    public static void main(String[] arguments) throws IOException, SQLException, InterruptedException {
        Shop shop = new Shop(Path.of(arguments[0]), 99);
        Uploads uploads = new Uploads(Path.of(arguments[1]), shop, 98);
        shop.join();
        long sold = 0;
        CountDownLatch end = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // whoever started us is gone
            }
            end.countDown();
        });
        try (Connection connection = shop.open()) {
            connection.setAutoCommit(false);
            do {
                shop.sell(connection);
                if (++sold % UPLOAD_EVERY == 0) {
                    uploads.add();
                }
            } while (!end.await(MILLIS_BETWEEN_SALES, TimeUnit.MILLISECONDS));
        }
        System.out.println(sold);
    }
}
