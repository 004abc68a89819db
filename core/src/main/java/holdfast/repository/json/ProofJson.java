package holdfast.repository.json;

import holdfast.model.CheckResult;
import holdfast.model.ObjectId;
import holdfast.model.Proof;
import holdfast.model.ProofLevel;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Proofs, which are Holdfast's own and lie beside what restic knows.
public final class ProofJson {
    private static final int VERSION = 1;

    private ProofJson() {}

    public static ByteBuffer write(Proof proof) {
        JsonOut out = JsonOut.compact().beginObject();
        out.key("version").number(VERSION);
        out.key("snapshot").id(proof.snapshot());
        out.key("level").string(proof.level().label());
        out.key("passed").flag(proof.passed());
        out.key("at").time(proof.at());
        out.key("took_millis").number(proof.took().toMillis());
        out.key("host").string(proof.host());
        out.key("checks").beginArray();
        for (CheckResult check : proof.checks()) {
            out.beginObject();
            out.key("subject").string(check.subject());
            out.key("passed").flag(check.passed());
            out.key("detail").string(check.detail());
            out.endObject();
        }
        return out.endArray().endObject().done();
    }

    public static Proof read(ByteBuffer json) throws BrokenFormatException {
        return JsonIn.read(json, in -> {
            Fields fields = new Fields();
            in.object(key -> fields.read(key, in));
            return fields.proof();
        });
    }

    /// A proof while it is being read.
    private static final class Fields {
        private @Nullable ObjectId snapshot;
        private @Nullable ProofLevel level;
        private boolean passed;
        private @Nullable Instant at;
        private Duration took = Duration.ZERO;
        private String host = "";
        private final List<CheckResult> checks = new ArrayList<>();

        private void read(String key, JsonIn in) throws BrokenFormatException {
            switch (key) {
                case "snapshot" -> snapshot = in.id();
                case "level" -> level = ProofLevel.of(in.string()).orElse(null);
                case "passed" -> passed = in.flag();
                case "at" -> at = in.time();
                case "took_millis" -> took = Duration.ofMillis(in.number(Long.MAX_VALUE / 1_000_000));
                case "host" -> host = in.string();
                case "checks" -> in.array(() -> checks.add(check(in)));
                default -> {}
            }
        }

        private Proof proof() throws BrokenFormatException {
            if (snapshot == null || level == null || at == null) {
                throw new BrokenFormatException("a proof without snapshot, level or time");
            }
            return new Proof(snapshot, level, passed, at, took, host, checks);
        }
    }

    private static CheckResult check(JsonIn in) throws BrokenFormatException {
        StringBuilder subject = new StringBuilder();
        StringBuilder detail = new StringBuilder();
        boolean[] passed = new boolean[1];
        in.object(key -> {
            switch (key) {
                case "subject" -> subject.append(in.string());
                case "passed" -> passed[0] = in.flag();
                case "detail" -> detail.append(in.string());
                default -> {}
            }
        });
        return new CheckResult(subject.toString(), passed[0], detail.toString());
    }
}
