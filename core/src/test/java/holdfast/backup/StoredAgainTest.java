package holdfast.backup;

import static org.assertj.core.api.Assertions.assertThat;

import holdfast.model.Node;
import holdfast.model.SourceKind;
import holdfast.model.SourceRecord;
import holdfast.repository.Repository;
import holdfast.source.Capture;
import holdfast.source.DirectorySink;
import holdfast.source.MadeUpSource;
import holdfast.source.Source;
import holdfast.source.TreeSink;
import holdfast.storage.MemoryStorage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Goal: a source may leave a file unread that it knows to be in the parent snapshot, also under
/// another name, and is told when that is not there.
final class StoredAgainTest {
    private static final byte[] CONTENT = new byte[3_000_000];

    /// A source of one file, which it has the sink take from the parent.
    private record Again(String earlier, long bytes, boolean[] done) implements Source {
        @Override
        public SourceKind kind() {
            return SourceKind.FILES;
        }

        @Override
        public String location() {
            return "/srv/app";
        }

        @Override
        public Capture capture() {
            return new Capture() {
                @Override
                public long expectedBytes() {
                    return bytes;
                }

                @Override
                public long expectedFiles() {
                    return 1;
                }

                @Override
                public SourceRecord writeTo(TreeSink tree) throws IOException {
                    Optional<SourceRecord> before = tree.before(location());
                    assertThat(before.map(SourceRecord::location)).isIn(Optional.of(location()), Optional.empty());
                    try (DirectorySink.ChildDirectory directory =
                            tree.at("/srv").directory(MadeUpSource.directory("app"))) {
                        Node file = MadeUpSource.file("new.dat");
                        done[0] = directory.again(file, earlier, bytes);
                    }
                    return new SourceRecord(
                            kind(), location(), location(), Map.of(), List.of(), 1, bytes, List.of(), List.of());
                }

                @Override
                public void close() {}
            };
        }
    }

    private static Again again(Repository repository, String earlier, long bytes) throws IOException {
        Again source = new Again(earlier, bytes, new boolean[1]);
        BackupResult result = Backups.backUp(repository, source);
        assertThat(Backups.contents(repository, result.snapshot()))
                .hasSize(source.done()[0] ? 1 : 0)
                .allSatisfy((path, content) -> {
                    assertThat(path).isEqualTo("/srv/app/new.dat");
                    assertThat(content).isEqualTo(CONTENT);
                });
        assertThat(result.readBytes()).isZero();
        return source;
    }

    @Test
    void aFileOfTheParentIsStoredUnderAnotherName() throws IOException {
        try (Repository repository = Backups.init(new MemoryStorage())) {
            assertThat(again(repository, "old.dat", CONTENT.length).done()[0]).isFalse();
        }
        try (Repository repository = Backups.init(new MemoryStorage())) {
            MadeUpSource source = new MadeUpSource("/srv/app");
            source.put("old.dat", CONTENT);
            Backups.backUp(repository, source);
            assertThat(again(repository, "old.dat", CONTENT.length).done()[0]).isTrue();
            assertThat(again(repository, "new.dat", CONTENT.length).done()[0]).isTrue();
            assertThat(again(repository, "new.dat", CONTENT.length - 1).done()[0])
                    .isFalse();
        }
    }
}
