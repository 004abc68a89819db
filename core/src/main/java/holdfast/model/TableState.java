package holdfast.model;

/// By what a later backup finds the rows of a table again, and tells that they are still the same.
///
/// @param file name of the file in the source's folder that holds the rows
/// @param bytes size of that file
/// @param definition what, beside the rows themselves, their text was made of: compared as a whole,
///     and only by the kind of source that wrote it
public record TableState(String file, long bytes, String definition) {}
