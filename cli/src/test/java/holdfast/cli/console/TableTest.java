package holdfast.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void columnsAlignWhateverTheyHold() {
        Table table = new Table("ID", "Sources", ">Size", "Proof");
        table.row("1", "/a\n/bbb", "1.0 KiB", "\u001b[32msound\u001b[0m");
        table.row("22", "", "10 B", "");
        assertThat(table.lines())
                .containsExactly(
                        "ID  Sources     Size  Proof",
                        "---------------------------",
                        "1   /a       1.0 KiB  \u001b[32msound\u001b[0m",
                        "    /bbb",
                        "22              10 B");
    }
}
