package holdfast.cli.console;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// A terminal with a user who has made up their mind beforehand; or none at all.
public final class FakeTerminal implements Terminal {
    private final boolean there;
    private final Deque<String> answers;
    private final List<String> questions = new ArrayList<>();
    private int columns = 80;
    private boolean dumb;

    private FakeTerminal(boolean there, List<String> answers) {
        this.there = there;
        this.answers = new ArrayDeque<>(answers);
    }

    public static FakeTerminal none() {
        return new FakeTerminal(false, List.of());
    }

    public static FakeTerminal answering(String... answers) {
        return new FakeTerminal(true, List.of(answers));
    }

    FakeTerminal wide(int width) {
        columns = width;
        return this;
    }

    FakeTerminal dumb() {
        dumb = true;
        return this;
    }

    public List<String> questions() {
        return questions;
    }

    @Override
    public boolean canAsk() {
        return there;
    }

    @Override
    public boolean outIsShown() {
        return there;
    }

    @Override
    public boolean errIsShown() {
        return there;
    }

    @Override
    public boolean moves() {
        return !dumb;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public Optional<String> ask(String question) {
        questions.add(question);
        return Optional.ofNullable(answers.pollFirst());
    }

    @Override
    public Optional<String> askSecret(String question) {
        return ask(question);
    }
}
