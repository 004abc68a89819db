package holdfast.pack;

import java.nio.ByteBuffer;

/// A blob that was opened and found right, in each of its forms. All are valid only until the next
/// blob is opened.
///
/// @param sealed as it lies in its pack
/// @param content what the seal holds: compressed, or the plain bytes themselves
/// @param plain what was backed up, or the JSON of a tree; direct, as is `content`
public record BlobForms(ByteBuffer sealed, ByteBuffer content, ByteBuffer plain) {}
