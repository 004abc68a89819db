# The Debian package, for launcher/package, which reads this with `.` when the folder is made.
deb=$target/deb
share=$deb/usr/share
rm -rf "$deb"
mkdir -p "$deb/DEBIAN" "$deb/usr/bin" "$deb/usr/lib" "$share/man/man1" "$share/doc/holdfast" \
    "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
cp -a "$home" "$deb/usr/lib/holdfast"
ln -s ../lib/holdfast/bin/holdfast "$deb/usr/bin/holdfast"
cd "$deb/usr/lib/holdfast"
mv completions/bash "$share/bash-completion/completions/holdfast"
mv completions/zsh "$share/zsh/vendor-completions/_holdfast"
mv completions/fish "$share/fish/vendor_completions.d/holdfast.fish"
mv man/man1/*.1 "$share/man/man1/"
mv doc/*.md README.md "$share/doc/holdfast/"
gzip -9n < CHANGELOG.md > "$share/doc/holdfast/changelog.gz"
rm -r LICENSE CHANGELOG.md completions man doc
gzip -9n "$share"/man/man1/*.1
cd - > /dev/null

cat > "$share/doc/holdfast/copyright" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: holdfast

Files: *
Copyright: the Holdfast authors
License: Apache-2.0

Files: usr/lib/holdfast/runtime/*
Copyright: Oracle and/or its affiliates, and the OpenJDK contributors
License: GPL-2 with Classpath exception
 The texts, and those of what OpenJDK itself includes, are in /usr/lib/holdfast/runtime/legal.

Files: usr/lib/holdfast/lib/*.jar usr/lib/holdfast/lib/native/*
Copyright: the authors of each library
License: Apache-2.0 or BSD-2-clause or MIT
 picocli, Jackson, sqlite-jdbc, hash4j, Datafaker, snakeyaml, jspecify: Apache-2.0. PostgreSQL JDBC, zstd-jni:
 BSD-2-clause. SLF4J: MIT. SQLite itself is in the public domain, zstd itself under BSD-3-clause.

License: Apache-2.0
 On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.
END
find "$deb/usr" -type d -exec chmod 755 {} +
find "$deb/usr" -exec touch -h -d "$then" {} +
(cd "$deb" && find usr -type f | sort | xargs -d '\n' md5sum) > "$deb/DEBIAN/md5sums"
cat > "$deb/DEBIAN/control" <<END
Package: holdfast
Version: $version
Architecture: $architecture
Maintainer: Holdfast maintainers <maintainers@holdfast.invalid>
Installed-Size: $(size "$deb/usr")
Depends: libc6
Recommends: postgresql-client
Suggests: postgresql, restic
Section: admin
Priority: optional
Description: database backups that prove they restore
 Holdfast backs up PostgreSQL and SQLite databases and files into an encrypted,
 deduplicated repository in the format of restic, restores them to any
 snapshot, and proves after every backup that the restore works.
 .
 This package brings a Java runtime of its own and needs no other.
END
chmod 644 "$deb"/DEBIAN/*
dpkg-deb -Zxz "-z$compression" --root-owner-group --build "$deb" "$target/holdfast_${version}_$architecture.deb" > /dev/null
rm -rf "$deb"
tell "$target/holdfast_${version}_$architecture.deb" "$target/holdfast_${version}_$architecture.deb"
