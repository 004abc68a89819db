package holdfast.source.postgres.bare;

import holdfast.model.CheckResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A script of `pg_dump` or `pg_dumpall`: told by the comments with which it begins and ends.
/// Used by one thread.
record PlainScript(InputStream in, List<CheckResult> checks) {
    private static final int HEAD = 4096;
    private static final int TAIL = 1024;
    private static final String DATABASE = "-- PostgreSQL database dump";
    private static final String CLUSTER = "-- PostgreSQL database cluster dump";

    void check() throws IOException {
        byte[] head = in.readNBytes(HEAD);
        String begin = text(head, head.length);
        if (!has(begin, DATABASE) && !has(begin, CLUSTER)) {
            checks.add(CheckResult.fail("content", "it does not begin as a dump of PostgreSQL"));
            return;
        }
        checks.add(
                CheckResult.pass("begin", has(begin, CLUSTER) ? "a dump of a whole server" : "a dump of a database"));
        byte[] tail = tail(head);
        String end = text(tail, tail.length);
        String wanted = has(begin, CLUSTER) ? CLUSTER : DATABASE;
        checks.add(
                has(end, wanted + " complete")
                        ? CheckResult.pass("last line", "the dump is complete")
                        : CheckResult.fail(
                                "last line", "it ends too early: '" + wanted.substring(3) + " complete' is missing"));
    }

    /// The last bytes of everything.
    private byte[] tail(byte[] head) throws IOException {
        byte[] last = head.length > TAIL ? Arrays.copyOfRange(head, head.length - TAIL, head.length) : head;
        byte[] buffer = new byte[1 << 16];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            int keep = Math.min(last.length, Math.max(0, TAIL - read));
            int take = Math.min(read, TAIL);
            byte[] next = new byte[keep + take];
            System.arraycopy(last, last.length - keep, next, 0, keep);
            System.arraycopy(buffer, read - take, next, keep, take);
            last = next;
        }
        return last;
    }

    private static String text(byte[] bytes, int length) {
        return "\n" + new String(bytes, 0, length, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
    }

    /// As a line by itself.
    private static boolean has(String text, String line) {
        return text.contains("\n" + line + "\n");
    }
}
