package holdfast.model;

/// One sequence as it stood in the copy that was backed up.
///
/// @param called whether `lastValue` has been given out, so that the next one follows it
public record SequenceRecord(String name, long lastValue, boolean called) {}
