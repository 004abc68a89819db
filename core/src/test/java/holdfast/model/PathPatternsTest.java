package holdfast.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PathPatternsTest {
    private static boolean fits(String pattern, String path) {
        return PathPatterns.of(List.of(pattern)).matches(path, false);
    }

    private static boolean fitsDirectory(String pattern, String path) {
        return PathPatterns.of(List.of(pattern)).matches(path, true);
    }

    @Test
    void aNameFitsAnywhere() {
        assertThat(fits("a.txt", "/a.txt")).isTrue();
        assertThat(fits("a.txt", "/x/y/a.txt")).isTrue();
        assertThat(fits("a.txt", "/x/a.txt/b")).isFalse();
        assertThat(fits("a.txt", "/x/ba.txt")).isFalse();
        assertThat(fits("x/a", "/w/x/a")).isTrue();
        assertThat(fits("x/a", "/w/x/b/a")).isFalse();
        assertThat(fits("x/a", "/x")).isFalse();
    }

    @Test
    void aLeadingSlashAnchors() {
        assertThat(fits("/a/b", "/a/b")).isTrue();
        assertThat(fits("/a/b", "/x/a/b")).isFalse();
        assertThat(fits("/a/*.c", "/a/b.c")).isTrue();
        assertThat(fits("/*/b", "/a/b")).isTrue();
        assertThat(fits("/*", "/a/b")).isFalse();
    }

    @Test
    void starsAndQuestionMarksStayInTheirComponent() {
        assertThat(fits("*.tmp", "/x/.tmp")).isTrue();
        assertThat(fits("a*b*c", "/aXbbYc")).isTrue();
        assertThat(fits("a*b*c", "/aXbbYd")).isFalse();
        assertThat(fits("*", "/anything")).isTrue();
        assertThat(fits("/a*c", "/a/c")).isFalse();
        assertThat(fits("?", "/ü")).isTrue();
        assertThat(fits("?", "/🐘")).isTrue();
        assertThat(fits("?", "/ab")).isFalse();
        assertThat(fits("/a?c", "/a/c")).isFalse();
    }

    @Test
    void aByteThatIsNoTextIsOneCharacter() {
        String odd = FileNames.decode(new byte[] {'a', (byte) 0xff, 'b'});
        assertThat(fits("a?b", "/" + odd)).isTrue();
        assertThat(fits("*b", "/" + odd)).isTrue();
        assertThat(fits(odd, "/" + odd)).isTrue();
        assertThat(fits("a[x-z]b", "/" + odd)).isFalse();
    }

    @Test
    void classesFitOneCharacter() {
        assertThat(fits("[a-cx].txt", "/b.txt")).isTrue();
        assertThat(fits("[a-cx].txt", "/x.txt")).isTrue();
        assertThat(fits("[a-cx].txt", "/d.txt")).isFalse();
        assertThat(fits("[!a-c]", "/d")).isTrue();
        assertThat(fits("[^a-c]", "/b")).isFalse();
        assertThat(fits("[]x]", "/]")).isTrue();
        assertThat(fits("[a-]", "/-")).isTrue();
        assertThat(fits("[\\]]", "/]")).isTrue();
        assertThat(fits("[*]", "/*")).isTrue();
        assertThat(fits("[*]", "/x")).isFalse();
    }

    @Test
    void aBackslashMakesLiteral() {
        assertThat(fits("\\*", "/*")).isTrue();
        assertThat(fits("\\*", "/a")).isFalse();
        assertThat(fits("\\!a", "/!a")).isTrue();
        assertThat(fits("\\[a]", "/[a]")).isTrue();
    }

    @Test
    void twoStarsStandForAnyDepth() {
        assertThat(fits("/a/**/z", "/a/z")).isTrue();
        assertThat(fits("/a/**/z", "/a/b/c/z")).isTrue();
        assertThat(fits("/a/**/z", "/b/z")).isFalse();
        assertThat(fits("/a/**/m/**/z", "/a/1/m/z/2/z")).isTrue();
        assertThat(fits("**/z", "/z")).isTrue();
        assertThat(fits("a/**", "/x/a/b")).isTrue();
        assertThat(fits("a/**", "/x/a/b/c")).isTrue();
        assertThat(fits("a/**", "/x/a")).isFalse();
        assertThat(fits("/**", "/x")).isTrue();
    }

    @Test
    void aSlashAtTheEndMeansDirectories() {
        assertThat(fitsDirectory("cache/", "/x/cache")).isTrue();
        assertThat(fits("cache/", "/x/cache")).isFalse();
        assertThat(fitsDirectory("/x/cache/", "/x/cache")).isTrue();
    }

    @Test
    void theLastPatternThatFitsDecides() {
        PathPatterns patterns = PathPatterns.of(List.of("*.log", "!keep.log", "/old/keep.log"));
        assertThat(patterns.matches("/a/x.log", false)).isTrue();
        assertThat(patterns.matches("/a/keep.log", false)).isFalse();
        assertThat(patterns.matches("/old/keep.log", false)).isTrue();
        assertThat(patterns.matches("/a/x.txt", false)).isFalse();
        assertThat(PathPatterns.NONE.matches("/a", false)).isFalse();
    }

    @Test
    void aFileOfPatternsMayHaveComments() {
        assertThat(PathPatterns.lines("# comment\n\n  *.tmp \n\\#kept\n!x\r\n"))
                .containsExactly("*.tmp", "\\#kept", "!x");
    }

    @Test
    void aPatternThatCannotBeMeantIsRefused() {
        for (String pattern : List.of("", "!", "[a", "a\\", "../x", "/a/./b")) {
            assertThatThrownBy(() -> PathPatterns.of(List.of(pattern)))
                    .as(pattern)
                    .isInstanceOf(HoldfastException.BadUsage.class);
        }
    }

    @Test
    void noPatternTakesForEver() {
        assertThat(fits("a*".repeat(40) + "b", "/" + "a".repeat(250))).isFalse();
        assertThat(fits("**/a/".repeat(20) + "b", "/a".repeat(1000) + "/c")).isFalse();
    }
}
