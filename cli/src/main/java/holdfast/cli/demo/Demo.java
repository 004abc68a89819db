package holdfast.cli.demo;

import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.cli.console.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/// The whole cycle on made-up data: back up under load, change, back up, wreck, restore, compare. Every step of
/// Holdfast's is a command that anybody could type, run as if it had been typed.
public final class Demo {
    private static final int UPLOADS = 600;
    private static final String PASSWORD = "demo password";
    private static final Duration RESTIC_LIMIT = Duration.ofMinutes(2);

    private record Step(String name, Duration took, String what) {}

    private final Console console;
    private final Path folder;
    private final Path repository;
    private final Shop shop;
    private final Uploads uploads;
    private final ToIntFunction<List<String>> holdfast;
    private final int orders;
    private final List<Step> steps = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();

    /// @param folder empty; everything happens in it
    /// @param orders in the shop's database
    /// @param holdfast runs a command of the program against the demo's repository and returns its exit code
    public Demo(Console console, Path folder, int orders, long seed, ToIntFunction<List<String>> holdfast) {
        this.console = console;
        this.folder = folder;
        this.repository = repository(folder);
        this.orders = orders;
        this.shop = new Shop(folder.resolve("shop.db"), seed);
        this.uploads = new Uploads(folder.resolve("uploads"), shop, seed);
        this.holdfast = holdfast;
    }

    /// Where the demo keeps its backups.
    public static Path repository(Path folder) {
        return folder.resolve("backups");
    }

    /// The password of the demo's repository.
    public static String password() {
        return PASSWORD;
    }

    /// @return whether everything restored was identical
    public boolean run() throws IOException {
        try {
            prepare();
            backUpUnderLoad();
            Path reference = keepCopies();
            wreck();
            restore();
            compare(reference);
            stockRestic(reference);
        } catch (SQLException e) {
            throw new IOException("the demo's database failed: " + e.getMessage(), e);
        }
        return conclude();
    }

    private void prepare() throws IOException, SQLException {
        long start = System.nanoTime();
        shop.create(orders);
        uploads.create(UPLOADS);
        row(
                "make a shop",
                start,
                Sizes.format(Files.size(shop.file())) + " of SQLite, " + Sizes.format(size(uploads.folder()))
                        + " of uploads");
    }

    private void backUpUnderLoad() throws IOException, SQLException {
        try (BusyWriter writer = BusyWriter.start(shop.file(), uploads.folder())) {
            type("init", "init");
            long before = size(repository);
            type("first backup", "backup", "shop.db", "uploads");
            long first = size(repository) - before;
            told("stored " + Sizes.format(first) + ", proven sound, while a writer kept selling");
            shop.changeOnePercent();
            uploads.changeOnePercent();
            before = size(repository);
            type("1 % changed", "backup", "shop.db", "uploads");
            told("stored " + Sizes.format(size(repository) - before) + " more");
            long sold = writer.stop();
            console.line("(the writer made " + sold + " sales meanwhile and was never held up)");
            console.line("");
        }
        type("last backup", "backup", "shop.db", "uploads", "--tag", "demo", "--prove", "identical");
        told("every row and file restored into a sandbox and compared");
    }

    /// What the originals were, to compare with in the end.
    private Path keepCopies() throws IOException {
        Path reference = Files.createDirectory(folder.resolve("reference"));
        run(List.of(
                "cp",
                "-a",
                "--sparse=always",
                shop.file().toString(),
                uploads.folder().toString(),
                reference.toString()));
        return reference;
    }

    private void wreck() throws IOException {
        long start = System.nanoTime();
        try (FileChannel database = FileChannel.open(shop.file(), StandardOpenOption.WRITE)) {
            ByteBuffer rubbish =
                    ByteBuffer.wrap("this was a database ".repeat(500).getBytes(StandardCharsets.UTF_8));
            for (long at = 0; at < database.size(); at += 1 << 20) {
                database.write(rubbish.duplicate(), at);
            }
        }
        uploads.wreck();
        console.line("Now the disaster: the database is overwritten with rubbish, uploads are deleted and damaged.");
        console.line("");
        row("wreck everything", start, "the originals are gone");
    }

    private void restore() throws IOException {
        type("restore", "restore", "latest", "--tag", "demo", "--yes");
        told("in place; a safety snapshot of the wreck was taken first");
    }

    private void compare(Path reference) throws IOException, SQLException {
        long start = System.nanoTime();
        Comparison.Outcome tables = Comparison.databases(shop.file(), reference.resolve("shop.db"));
        Comparison.Outcome files = Comparison.trees(uploads.folder(), reference.resolve("uploads"));
        differences.addAll(tables.differences());
        differences.addAll(files.differences());
        row(
                "compare with the originals",
                start,
                tables.compared() + " rows and " + files.compared() + " files and folders, "
                        + (differences.isEmpty() ? "all identical" : differences.size() + " DIFFER"));
    }

    /// No lock-in: the stock tool reads what was written.
    private void stockRestic(Path reference) throws IOException, SQLException {
        long start = System.nanoTime();
        Optional<String> missing = restic("check", "--read-data");
        if (missing.isPresent()) {
            row("stock restic", start, missing.get());
            return;
        }
        Path target = folder.resolve("by-restic");
        restic("restore", "latest", "--tag", "demo", "--target", target.toString())
                .ifPresent(differences::add);
        Path root = target.resolve(folder.toString().substring(1));
        Comparison.Outcome tables = Comparison.databases(root.resolve("shop.db"), reference.resolve("shop.db"));
        Comparison.Outcome files = Comparison.trees(root.resolve("uploads"), reference.resolve("uploads"));
        differences.addAll(tables.differences());
        differences.addAll(files.differences());
        boolean same = tables.differences().isEmpty() && files.differences().isEmpty();
        row(
                "stock restic",
                start,
                same ? "checks and restores the same repository, all identical" : "restores something else");
    }

    /// @return why it did not work
    private Optional<String> restic(String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of("restic", "--no-cache", "-q", "-r", repository.toString()));
        words.addAll(List.of(arguments));
        try {
            return run(words);
        } catch (IOException e) {
            return Optional.of("not installed, left out");
        }
    }

    private Optional<String> run(List<String> words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
        builder.environment().put("RESTIC_PASSWORD", PASSWORD);
        Path log = folder.resolve("command.log");
        Process process = builder.redirectOutput(log.toFile()).start();
        try {
            if (!process.waitFor(RESTIC_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of(words.getFirst() + " did not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        return process.exitValue() == 0
                ? Optional.empty()
                : Optional.of(words.getFirst() + ": " + Files.readString(log).strip());
    }

    /// Runs a command as if it had been typed.
    private void type(String step, String... words) throws IOException {
        console.line(console.paint(Console.Style.STRONG, "$ holdfast " + String.join(" ", words)));
        long start = System.nanoTime();
        int code = holdfast.applyAsInt(List.of(words));
        console.line("");
        if (code != 0) {
            throw new IOException("'holdfast " + String.join(" ", words) + "' ended with exit code " + code);
        }
        row(step, start, "");
    }

    private void row(String name, long start, String what) {
        steps.add(new Step(name, Duration.ofNanos(System.nanoTime() - start), what));
    }

    /// What came of the last step.
    private void told(String what) {
        Step last = steps.removeLast();
        steps.add(new Step(last.name(), last.took(), what));
    }

    private boolean conclude() {
        Table report = new Table("step", ">took", "what came of it");
        steps.forEach(step -> report.row(step.name(), Durations.format(step.took()), step.what()));
        report.lines().forEach(console::line);
        console.line("");
        differences.stream().limit(20).forEach(console::warn);
        console.line(
                differences.isEmpty()
                        ? console.paint(Console.Style.GOOD, "Everything restored is identical to what was backed up.")
                        : differences.size() + " differences");
        return differences.isEmpty();
    }

    private static long size(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return 0;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            long bytes = 0;
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
            return bytes;
        }
    }
}
