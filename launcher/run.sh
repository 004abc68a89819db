# How the JVM is started, for the launcher of the working copy and the one of a distribution. Both read it with `.`
# after they have found Java; it is no program of its own.
#
#   $java   the program
#   $no_aot not empty when the cache is of another Java
#   $build  a folder: the jars of the class path, native/ with their libraries, perhaps aot, the AOT cache

# The cache is good only for the options it is made with.
common="-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"

class_path() {
    cp=
    for jar in "$build"/*.jar; do
        cp=$cp${cp:+:}$jar
    done
}

# Unpacks the libraries for this machine, and makes all classes fit for the cache.
prepare() {
    class_path
    "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$cp" holdfast.cli.launch.Prepare "$build"
}

# Makes the cache by a run that does what people do most.
train() {
    class_path
    "$java" $common -Djava.library.path="$build/native" -Dorg.sqlite.lib.path="$build/native" \
        -XX:AOTCacheOutput="$build/aot.new" -cp "$cp" holdfast.cli.launch.Training
    [ ! -f "$build/aot.new" ] || mv "$build/aot.new" "$build/aot"
}

# Replaces the shell by the program.
run() {
    # File names are bytes; the JVM keeps them only in a UTF-8 locale.
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        *UTF-8* | *utf-8* | *UTF8* | *utf8*) ;;
        *)
            case $(uname) in
                Darwin) LC_ALL=en_US.UTF-8 ;;
                *) LC_ALL=C.UTF-8 ;;
            esac
            export LC_ALL
            ;;
    esac

    # Commands that work long get the optimising compiler; short ones start sooner without it.
    work="-XX:TieredStopAtLevel=1 -Xmx256m"
    for word in "$@"; do
        case $word in
            backup | restore | undo | verify | check | prune | forget | copy | rewrite | repair | recover | doctor | diff | \
                stats | demo | selftest | export | find)
                work="-Xmx512m -XX:MaxDirectMemorySize=512m"
                break
                ;;
        esac
    done

    # Which of our streams are terminals, and how wide: the JVM cannot tell.
    terminal=
    [ ! -t 0 ] || terminal=i
    [ ! -t 1 ] || terminal=${terminal}o
    columns=0
    if [ -t 2 ]; then
        terminal=${terminal}e
        columns=$(stty size <&2 2>/dev/null) && columns=${columns#* } || columns=0
    fi

    # Every user can see the arguments of a program, but not its environment: a URL with a password goes there, and
    # Holdfast takes it back.
    hidden=0
    for word in "$@"; do
        shift
        case $word in
            postgres://*:*@* | postgresql://*:*@* | *=postgres://*:*@* | *=postgresql://*:*@* | postgres*://*password=*)
                hidden=$((hidden + 1))
                export "HOLDFAST_ARGUMENT_$hidden=$word"
                word=\$HOLDFAST_ARGUMENT_$hidden
                ;;
        esac
        set -- "$@" "$word"
    done

    class_path
    aot=
    [ -n "${no_aot:-}" ] || [ ! -f "$build/aot" ] || aot=-XX:AOTCache=$build/aot
    exec "$java" $common $work ${aot:+"$aot"} -Xlog:disable \
        -Djava.library.path="$build/native" -Dorg.sqlite.lib.path="$build/native" \
        -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -Dstdin.encoding=UTF-8 \
        -Dholdfast.terminal="$terminal" -Dholdfast.columns="$columns" ${HOLDFAST_JAVA_OPTS:-} -cp "$cp" holdfast.cli.Main "$@"
}
