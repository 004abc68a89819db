/// Looking without changing: listings, differences, statistics, paths. May use `repository` and below;
/// no verb.
@NullMarked
package holdfast.view;

import org.jspecify.annotations.NullMarked;
