package holdfast.systest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A process that makes bookings in a [Ledger] without a pause: there is always more in its pipe.
final class LedgerWriter implements AutoCloseable {
    private static final String WORK = (Ledger.TRANSACTION + "\n").repeat(15) + Ledger.VAIN;

    /// A transaction that its writer was told is durable.
    ///
    /// @param bookings how many there were with it
    record Commit(long bookings, Instant at) {}

    private final SqliteProcess process;
    private final Thread feeder;
    private volatile boolean stopping;

    /// @param pragmas for its connection
    LedgerWriter(Path database, String... pragmas) throws IOException {
        process = new SqliteProcess(database, pragmas);
        process.send(".timeout 20000");
        // so small that large transactions spill before they commit
        process.send("PRAGMA cache_size = 10;");
        feeder = Thread.ofPlatform().daemon().start(this::feed);
    }

    private void feed() {
        try {
            while (!stopping) {
                process.send(WORK);
            }
        } catch (IOException e) {
            // It has ended; whether it should have, whoever waits for it finds out.
        }
    }

    /// Every commit it has told of so far.
    List<Commit> commits() throws IOException {
        String said = process.said();
        // a killed one may have been cut off in the middle of a line
        return said.substring(0, said.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.matches("\\d+\\|\\d+"))
                .map(line -> line.split("\\|", -1))
                .map(words -> new Commit(Long.parseLong(words[0]), Instant.ofEpochMilli(Long.parseLong(words[1]))))
                .toList();
    }

    /// Waits until it has committed so many more times.
    LedgerWriter awaitCommits(int more) throws IOException, InterruptedException {
        int before = commits().size();
        Await.until(more + " commits", () -> commits().size() >= before + more);
        return this;
    }

    /// Fails unless it committed again and again from the one instant to the other.
    void assertNeverHeldUp(Instant from, Instant to, Duration atMost) throws IOException {
        List<Instant> within = commits().stream()
                .map(Commit::at)
                .filter(at -> at.isAfter(from) && at.isBefore(to))
                .toList();
        assertThat(within).as("commits meanwhile").hasSizeGreaterThan(10);
        Instant last = from;
        for (Instant at : within) {
            assertThat(Duration.between(last, at)).as("until " + at).isLessThan(atMost);
            last = at;
        }
        assertThat(Duration.between(last, to)).as("until the end").isLessThan(atMost);
    }

    /// `kill -9` in the middle of its work.
    ///
    /// @return the last commit that it told of
    Commit kill() throws IOException, InterruptedException {
        process.kill();
        return commits().getLast();
    }

    /// Lets it end in order; fails if anything ever stood in its way.
    ///
    /// @return its last commit
    Commit finish() throws IOException, InterruptedException {
        stopping = true;
        feeder.join();
        process.finish();
        return commits().getLast();
    }

    @Override
    public void close() throws IOException {
        stopping = true;
        process.close();
    }
}
