// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** RFC 9110, 11.3 and 11.6.1. */
class ChallengeTest {

    @Test
    void parametersAreReadWithAndWithoutQuotes() {
        assertThat(parse("Digest realm=\"a \\\"b\\\", c\", nonce=xyz, stale=TRUE"))
                .containsExactly(
                        new Challenge("digest", Map.of("realm", "a \"b\", c", "nonce", "xyz", "stale", "TRUE")));
    }

    @Test
    void severalChallengesInOneFieldAreSeveral() {
        assertThat(parse("Basic realm=\"simple\", Digest realm=\"d\", nonce=\"n\", Negotiate"))
                .containsExactly(
                        new Challenge("basic", Map.of("realm", "simple")),
                        new Challenge("digest", Map.of("realm", "d", "nonce", "n")),
                        new Challenge("negotiate", Map.of()));
    }

    @Test
    void schemeWithAToken68HasNoParameters() {
        assertThat(parse("Negotiate YII=, Basic realm=\"r\""))
                .containsExactly(new Challenge("negotiate", Map.of()), new Challenge("basic", Map.of("realm", "r")));
    }

    @Test
    void token68IsNoScheme() {
        assertThat(parse("Negotiate basic, Digest realm=\"d\""))
                .containsExactly(new Challenge("negotiate", Map.of()), new Challenge("digest", Map.of("realm", "d")));
    }

    @Test
    void blanksAroundTheEqualsSignAreAllowed() {
        assertThat(parse("Basic realm = \"r\"")).containsExactly(new Challenge("basic", Map.of("realm", "r")));
    }

    @Test
    void emptyMembersArePassedOver() {
        assertThat(parse(", ,Basic realm=\"r\",,")).containsExactly(new Challenge("basic", Map.of("realm", "r")));
    }

    @Test
    void rubbishEnds() {
        assertThat(parse("=\"=,=\"\"\"=====,\\\"")).isNotNull();
        assertThat(parse("Basic realm=\"never closed")).hasSize(1);
    }

    private static List<Challenge> parse(String field) {
        return Challenge.parse(List.of(field));
    }
}
