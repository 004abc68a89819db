package holdfast.repository;

import holdfast.model.HoldfastException;
import holdfast.model.ObjectId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The lock files there are, and which of them count no more (ADR 12). Immutable; safe for use by many threads.
final class LockFiles {
    private static final int LOOKS_MAX = 10;

    private final SealedFiles files;
    private final Client client;
    private final InstantSource clock;
    private final Duration stale;

    /// @param client who judges
    /// @param stale when a lock that was not renewed counts no more
    LockFiles(SealedFiles files, Client client, InstantSource clock, Duration stale) {
        this.files = files;
        this.client = client;
        this.clock = clock;
        this.stale = stale;
    }

    /// All of them, oldest first.
    ///
    /// @param unreadable takes, instead of what was in it, those that cannot be read
    List<LockInfo> load(List<HoldfastException.Damaged> unreadable) throws IOException {
        SealedFiles.Reader<LockInfo> reader = (id, json) -> info(id, LockFile.read(json));
        // an empty file is an upload of somebody's that broke off, as restic knows it of some storages
        SealedFiles.Listing listing = () -> RawFiles.list(files.storage(), Kinds.LOCKS, file -> file.bytes() > 0);
        return files.loadListed(Kinds.LOCKS, listing, LOOKS_MAX, reader, unreadable::add).stream()
                .sorted(Comparator.comparing(LockInfo::time))
                .toList();
    }

    private LockInfo info(ObjectId id, LockFile file) {
        Client owner = file.owner();
        return new LockInfo(
                id,
                file.time(),
                file.mode(),
                owner.host(),
                owner.user(),
                owner.pid(),
                file.session(),
                file.own() == null ? Set.of() : new HashSet<>(file.own().marks()),
                stale(file));
    }

    private boolean stale(LockFile file) {
        Instant now = clock.instant();
        Client owner = file.owner();
        return file.time().plus(stale).isBefore(now)
                || file.time().isAfter(now.plus(LockTimes.AHEAD_MAX))
                // other users' processes may be hidden from us, so only root judges those
                || (owner.host().equals(client.host())
                        && (client.uid() == 0 || client.uid() == owner.uid())
                        && gone(owner, file.time()));
    }

    private boolean gone(Client owner, Instant renewed) {
        if (!owner.process().isEmpty() && !client.process().isEmpty()) {
            return RunningProcess.gone(owner.process(), client.process(), owner.pid());
        }
        if (owner.pid() == client.pid() && client.process().isEmpty()) {
            return false; // we ourselves, for all we know
        }
        return ProcessHandle.of(owner.pid())
                .map(process -> process.info()
                        .startInstant()
                        .filter(began -> began.isAfter(renewed.plus(LockTimes.BEGAN_LATER)))
                        .isPresent())
                .orElse(true);
    }
}
