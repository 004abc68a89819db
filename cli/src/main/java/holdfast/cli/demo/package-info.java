/// A made-up application for `holdfast demo`: a shop's database and its uploaded files, with somebody
/// always writing.
@NullMarked
package holdfast.cli.demo;

import org.jspecify.annotations.NullMarked;
