package holdfast.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

@Command(name = "holdfast", version = "holdfast 0.1.0", mixinStandardHelpOptions = true)
public final class Main implements Runnable {
    public static void main(String[] args) {
        System.exit(run(args));
    }

    public static int run(String... args) {
        return new CommandLine(new Main()).execute(args);
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
