package holdfast.source.postgres.restore;

import holdfast.model.SourceRecord;
import java.util.Map;
import java.util.Optional;

/// The database that a restore replaces: recorded with the safety snapshot of it, so that the
/// restore can be taken back by names alone. Immutable.
///
/// @param name under which it is found afterwards
/// @param oid its number, which stays when its name changes
public record KeptDatabase(String name, String oid) {
    private static final String NAME = "postgres.kept-as";
    private static final String OID = "postgres.kept-oid";

    /// For the source's details in `holdfast.json`.
    public Map<String, String> details() {
        return Map.of(NAME, name, OID, oid);
    }

    /// @param source of a safety snapshot
    /// @return nothing when its database was not kept on the server
    public static Optional<KeptDatabase> of(SourceRecord source) {
        String name = source.details().getOrDefault(NAME, "");
        String oid = source.details().getOrDefault(OID, "");
        return name.isEmpty() || oid.isEmpty() ? Optional.empty() : Optional.of(new KeptDatabase(name, oid));
    }
}
