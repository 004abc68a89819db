package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import holdfast.repository.json.BrokenFormatException;
import holdfast.repository.json.JsonIn;
import holdfast.repository.json.JsonOut;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Marks as files. restic does not list their folder. Safe for use by many threads.
final class Marks {
    private static final int VERSION = 1;

    private final SealedFiles files;

    Marks(SealedFiles files) {
        this.files = files;
    }

    List<Mark> all(Consumer<HoldfastException.Damaged> damaged) throws IOException {
        return read(ids(), damaged).stream()
                .sorted(Comparator.comparing(Mark::at))
                .toList();
    }

    /// Those that cannot be read, or are gone by now.
    Set<ObjectId> damaged() throws IOException {
        Set<ObjectId> damaged = new HashSet<>(ids());
        read(damaged, _ -> {}).stream().map(Mark::id).forEach(damaged::remove);
        return damaged;
    }

    private List<ObjectId> ids() throws IOException {
        return RawFiles.list(files.storage(), Kinds.MARKS);
    }

    private List<Mark> read(Collection<ObjectId> ids, Consumer<HoldfastException.Damaged> damaged) throws IOException {
        return files.loadAll(Kinds.MARKS, ids, Marks::read, damaged);
    }

    Mark save(Set<ObjectId> packs, Instant at) throws IOException {
        return new Mark(files.save(Kinds.MARKS, write(packs, at)), at, List.copyOf(packs));
    }

    void remove(Collection<ObjectId> ids) throws IOException {
        for (ObjectId id : ids) {
            RawFiles.delete(files.storage(), Kinds.MARKS, id);
        }
    }

    static ByteBuffer write(Collection<ObjectId> packs, Instant at) {
        JsonOut out = JsonOut.compact().beginObject();
        out.key("version").number(VERSION);
        out.key("at").time(at);
        out.key("packs").beginArray();
        packs.forEach(out::id);
        return out.endArray().endObject().done();
    }

    static Mark read(ObjectId id, ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            Fields fields = new Fields();
            in.object(key -> fields.read(key, in));
            return fields.mark(id);
        });
    }

    /// A mark while it is being read.
    private static final class Fields {
        private long version;
        private @Nullable Instant at;
        private List<ObjectId> packs = List.of();

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "version" -> version = in.number(Integer.MAX_VALUE);
                case "at" -> at = in.time();
                case "packs" -> packs = in.ids();
                default -> {}
            }
        }

        private Mark mark(ObjectId id) throws BrokenFormatException {
            if (version != VERSION) {
                throw new BrokenFormatException("a mark of the unknown version " + version);
            }
            if (at == null) {
                throw new BrokenFormatException("a mark without time");
            }
            return new Mark(id, at, packs);
        }
    }
}
