package holdfast.source.postgres.stash;

/// How a stash is restored.
///
/// @param safety first copy what will be replaced into a stash of its own, in the same
/// transaction
/// @param withoutGoneColumns restore a table although columns that its copy has are gone from it
/// @param acceptDamage restore a copy although it is not what was copied
/// @param operator who asks for it
public record RestoreOptions(boolean safety, boolean withoutGoneColumns, boolean acceptDamage, String operator) {}
