/// What people and scripts see and answer: lines, tables, progress, JSON, sizes and times in words, questions.
/// Knows nothing of repositories; may use `model` only.
@NullMarked
package holdfast.cli.console;

import org.jspecify.annotations.NullMarked;
