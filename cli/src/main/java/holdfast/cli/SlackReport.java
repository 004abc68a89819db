package holdfast.cli;

import holdfast.cli.console.Console;
import holdfast.cli.console.Durations;
import holdfast.cli.console.Sizes;
import holdfast.cli.notify.SlackWebhook;
import holdfast.model.HoldfastException;
import holdfast.model.SourceRecord;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Tells a Slack channel how a backup went, if the environment names one. That a message is not
/// delivered is a warning, never a failure of the backup.
final class SlackReport {
    private final Session session;
    private final Optional<SlackWebhook> webhook;

    /// @throws HoldfastException.BadUsage when SLACK_WEBHOOK_URL is set and no message can be posted to
    ///     it
    SlackReport(Session session) {
        this.session = session;
        Optional<String> address = session.environment().slackWebhook();
        this.webhook = address.flatMap(SlackWebhook::at);
        if (address.isPresent() && webhook.isEmpty()) {
            throw new HoldfastException.BadUsage(
                    "SLACK_WEBHOOK_URL is no address a message can be posted to",
                    "it begins with https://hooks.slack.com/; unset it to go without messages");
        }
    }

    void done(BackupReport report) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("status", status(report));
        facts.put("name", names(report));
        facts.put("size", Sizes.format(report.bytes()));
        facts.put("stored", Sizes.format(report.result().summary().dataAddedPacked()));
        facts.put("time", report.result().snapshot().time().toString());
        facts.put("snapshot", report.result().snapshot().id().brief());
        facts.put("took", Durations.format(report.result().took()));
        report.proof()
                .ifPresent(proof -> facts.put(
                        "proof", proof.proof().level().label() + (proof.proof().passed() ? " passed" : " FAILED")));
        report.expiry()
                .ifPresent(expiry -> facts.put("expired", expiry.removed() + " removed, " + expiry.kept() + " kept"));
        post(report.exitCode() == ExitCode.DONE ? "Backup completed" : "Backup needs attention", facts);
    }

    void failed(Exception why) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("status", "failed");
        facts.put("error", Failure.of(why).message());
        facts.put("time", session.clock().instant().toString());
        post("Backup failed", facts);
    }

    private static String status(BackupReport report) {
        if (report.exitCode() == ExitCode.DONE) {
            return "done";
        }
        return report.manifest().damaged() ? "the source is damaged" : "incomplete";
    }

    private static String names(BackupReport report) {
        return report.manifest().sources().stream()
                .map(SourceRecord::location)
                .map(Console::safe)
                .collect(Collectors.joining(", "));
    }

    private void post(String headline, Map<String, String> facts) {
        webhook.flatMap(slack -> slack.post(headline, facts))
                .ifPresent(why -> session.console().warn("Slack was not told: " + why));
    }
}
