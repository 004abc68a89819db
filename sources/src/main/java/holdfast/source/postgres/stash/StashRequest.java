package holdfast.source.postgres.stash;

import holdfast.model.HoldfastException;
import java.util.List;

/// Which tables to copy.
///
/// @param tables patterns as `psql` has them; none for all tables of the schemas
/// @param schemas patterns; none for any schema
/// @param label empty, or for instance `before-migration`
/// @param operator who asks for it
public record StashRequest(List<String> tables, List<String> schemas, String label, String operator) {
    /// @throws HoldfastException.BadUsage when there is no pattern at all
    public StashRequest {
        tables = List.copyOf(tables);
        schemas = List.copyOf(schemas);
        if (tables.isEmpty() && schemas.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "no table is named to be copied",
                    "name those that matter: --table orders --table 'billing.*', or a whole --schema");
        }
    }
}
