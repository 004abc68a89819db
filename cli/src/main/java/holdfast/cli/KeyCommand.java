package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Table;
import holdfast.model.ObjectId;
import holdfast.repository.KeyInfo;
import holdfast.repository.Password;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The commands around keys; each is a class of its own in here.
@Command(
        name = "key",
        description = "List, add and remove the passwords that open a repository.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  holdfast key list",
            "  holdfast key add                               let a second password open the repository",
            "  holdfast key passwd                            replace the password in use",
            "  holdfast key remove 3f2a91c0"
        })
final class KeyCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /// What it takes with its own commands, for [Commands].
    static List<Object> parts(Session session) {
        return List.of(new ListKeys(session), new AddKey(session), new ChangePassword(session), new RemoveKey(session));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do with keys: list, add, passwd or remove");
    }

    /// What `key add`, `key passwd` and `key remove` print with `--json`.
    record ChangeDocument(String messageType, String id) {}

    /// Where a new password comes from.
    static final class NewPassword {
        @Option(
                names = "--new-password-file",
                paramLabel = "FILE",
                description = "Read the new password from this file. Default: ask for it twice")
        private @Nullable Path file;

        @Option(names = "--new-insecure-no-password", description = "Make the new password the empty one")
        private boolean none;

        Password read(Session session) throws IOException {
            return session.passwords().replacement(file, none);
        }
    }

    @Command(
            name = "list",
            description = "List the keys; the one in use is marked.",
            footerHeading = "%nExamples:%n",
            footer = {"  holdfast key list", "  holdfast key list --json"})
    static final class ListKeys implements Callable<Integer> {
        /// What `key list --json` prints.
        record Document(String messageType, List<Key> keys) {}

        record Key(boolean current, String id, String user, String host, Instant created) {
            static Key of(KeyInfo key) {
                return new Key(key.current(), key.id().hex(), key.user(), key.host(), key.created());
            }
        }

        private final Session session;

        ListKeys(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            List<KeyInfo> keys;
            try (OpenRepository open = session.open();
                    HeldLock _ = open.lockToRead()) {
                keys = open.repository().keys().list();
            }
            Table table = new Table(" ", "ID", "User", "Host", "Created");
            for (KeyInfo key : keys) {
                table.row(
                        key.current() ? "*" : " ",
                        key.id().brief(),
                        Console.safe(key.user()),
                        Console.safe(key.host()),
                        session.time(key.created()));
            }
            table.lines().forEach(session.console()::line);
            session.console()
                    .document(new Document("keys", keys.stream().map(Key::of).toList()));
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "add",
            description = "Let a further password open the repository.",
            footerHeading = "%nExamples:%n",
            footer = {"  holdfast key add", "  holdfast key add --new-password-file second.txt"})
    static final class AddKey implements Callable<Integer> {
        private final Session session;

        @Mixin
        private final NewPassword password = new NewPassword();

        AddKey(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            try (OpenRepository open = session.open();
                    HeldLock _ = open.lockToWrite()) {
                ObjectId key = open.repository().keys().add(password.read(session));
                session.console().line("added key " + key.brief());
                session.console().document(new ChangeDocument("key_added", key.hex()));
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "passwd",
            description = "Replace the password in use by another one. Further keys stay as they are.",
            footerHeading = "%nExamples:%n",
            footer = {"  holdfast key passwd", "  holdfast key passwd --new-password-file new.txt"})
    static final class ChangePassword implements Callable<Integer> {
        private final Session session;

        @Mixin
        private final NewPassword password = new NewPassword();

        ChangePassword(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            try (OpenRepository open = session.open();
                    HeldLock _ = open.lockToDelete()) {
                ObjectId key = open.repository().keys().changePassword(password.read(session));
                session.console().line("changed the password; the new key is " + key.brief());
                session.console().document(new ChangeDocument("password_changed", key.hex()));
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "remove",
            description = "Remove a key, so that its password opens the repository no more.",
            footerHeading = "%nExamples:%n",
            footer = {"  holdfast key remove 3f2a91c0", "  holdfast key remove 3f2a91c0 --json"})
    static final class RemoveKey implements Callable<Integer> {
        private final Session session;

        @Parameters(paramLabel = "KEY", description = "Id of the key, or the beginning of it")
        private String key = "";

        RemoveKey(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            try (OpenRepository open = session.open();
                    HeldLock _ = open.lockToDelete()) {
                ObjectId removed = open.repository().keys().remove(key);
                session.console().line("removed key " + removed.brief());
                session.console().document(new ChangeDocument("key_removed", removed.hex()));
            }
            return ExitCode.DONE;
        }
    }
}
