package holdfast.io.posix;

import org.jspecify.annotations.Nullable;

/// What differs between the kernel's interfaces: numbers of calls and two flags of `open`. From the kernel's own
/// headers: `arch/x86/entry/syscalls/syscall_64.tbl`, `include/uapi/asm-generic/unistd.h`,
/// `arch/arm64/include/uapi/asm/fcntl.h`. All are 64-bit and little-endian, so every other number and every structure
/// used here is the same.
enum Architecture {
    X86_64(0, 0x10000, 0x20000),
    AARCH64(1, 0x4000, 0x8000),
    RISCV64(1, 0x10000, 0x20000);

    private final int column;
    final int openDirectory;
    final int openNoFollow;

    Architecture(int column, int openDirectory, int openNoFollow) {
        this.column = column;
        this.openDirectory = openDirectory;
        this.openNoFollow = openNoFollow;
    }

    int number(Call call) {
        return column == 0 ? call.x86 : call.generic;
    }

    /// The one of this process, null when it runs on something else than Linux on one of these.
    static @Nullable Architecture current() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return null;
        }
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            case "riscv64" -> RISCV64;
            default -> null;
        };
    }

    /// The system calls used.
    enum Call {
        CLOSE(3, 57),
        LSEEK(8, 62),
        PREAD(17, 67),
        PWRITE(18, 68),
        FSYNC(74, 82),
        FTRUNCATE(77, 46),
        FCHMOD(91, 52),
        FCHOWN(93, 55),
        FSTATFS(138, 44),
        LSETXATTR(189, 6),
        LGETXATTR(192, 9),
        LLISTXATTR(195, 12),
        LREMOVEXATTR(198, 15),
        GETDENTS(217, 61),
        FADVISE(221, 223),
        OPENAT(257, 56),
        MKDIRAT(258, 34),
        MKNODAT(259, 33),
        FCHOWNAT(260, 54),
        UNLINKAT(263, 35),
        LINKAT(265, 37),
        SYMLINKAT(266, 36),
        READLINKAT(267, 78),
        FCHMODAT(268, 53),
        UTIMENSAT(280, 88),
        SYNCFS(306, 267),
        RENAMEAT2(316, 276),
        STATX(332, 291);

        private final int x86;
        private final int generic;

        Call(int x86, int generic) {
            this.x86 = x86;
            this.generic = generic;
        }
    }
}
