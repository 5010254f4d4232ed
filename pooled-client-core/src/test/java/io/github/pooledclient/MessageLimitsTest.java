// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MessageLimitsTest {

    private static final long MIB = 1024 * 1024;

    @Test
    void limitsThatNobodySetsAreTheDefaults() {
        assertThat(MessageLimits.builder().build()).usingRecursiveComparison().isEqualTo(MessageLimits.defaults());
        assertThat(MessageLimits.defaults().maxResponseHeadSize()).isEqualTo(64 * 1024);
        assertThat(MessageLimits.defaults().drainTimeout()).isEqualTo(Duration.ofMillis(100));
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void valuesOfTheRangeAreTaken(
            String name,
            BiFunction<MessageLimits.Builder, Long, MessageLimits.Builder> setter,
            Function<MessageLimits, Number> getter,
            long least) {
        MessageLimits limits =
                setter.apply(MessageLimits.builder(), least).build().toBuilder().build();

        assertThat(getter.apply(limits).longValue()).as(name).isEqualTo(least);
    }

    @ParameterizedTest
    @MethodSource("ranges")
    void valuesBelowTheRangeAreRefusedWithNameAndValue(
            String name,
            BiFunction<MessageLimits.Builder, Long, MessageLimits.Builder> setter,
            Function<MessageLimits, Number> getter,
            long least) {
        assertThatThrownBy(() -> setter.apply(MessageLimits.builder(), least - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + " must be ")
                .hasMessageEndingWith(": " + (least - 1));
    }

    static Stream<Arguments> ranges() {
        return Stream.of(
                range(
                        "maxResponseHeadSize",
                        MessageLimits.Builder::maxResponseHeadSize,
                        MessageLimits::maxResponseHeadSize,
                        1),
                range("maxResponseFields", (b, v) -> b.maxResponseFields(v.intValue()), l -> l.maxResponseFields(), 1),
                range("maxTrailerSize", MessageLimits.Builder::maxTrailerSize, MessageLimits::maxTrailerSize, 0),
                range(
                        "maxChunkExtensionSize",
                        MessageLimits.Builder::maxChunkExtensionSize,
                        l -> l.maxChunkExtensionSize(),
                        0),
                range(
                        "maxInterimResponses",
                        (b, v) -> b.maxInterimResponses(v.intValue()),
                        l -> l.maxInterimResponses(),
                        0),
                range(
                        "maxDecompressionRatio",
                        (b, v) -> b.maxDecompressionRatio(v.intValue()),
                        MessageLimits::maxDecompressionRatio,
                        0),
                range("maxDrainSize", MessageLimits.Builder::maxDrainSize, MessageLimits::maxDrainSize, 0));
    }

    private static Arguments range(
            String name,
            BiFunction<MessageLimits.Builder, Long, MessageLimits.Builder> setter,
            Function<MessageLimits, Number> getter,
            long least) {
        return Arguments.of(name, setter, getter, least);
    }

    @Test
    void whatIsGatheredInOnePieceHasAnEnd() {
        MessageLimits.Builder builder =
                MessageLimits.builder().maxResponseHeadSize(16 * MIB).maxTrailerSize(16 * MIB);

        assertThatThrownBy(() -> builder.maxResponseHeadSize(16 * MIB + 1))
                .hasMessage("maxResponseHeadSize must be 1 to 16777216: 16777217");
        assertThatThrownBy(() -> builder.maxTrailerSize(Long.MAX_VALUE))
                .hasMessage("maxTrailerSize must be 0 to 16777216: " + Long.MAX_VALUE);
    }

    @Test
    void negativeDrainTimeoutIsRefused() {
        assertThatThrownBy(() -> MessageLimits.builder().drainTimeout(Duration.ofMillis(-1)))
                .hasMessage("drainTimeout must not be negative: PT-0.001S");
        assertThat(MessageLimits.builder().drainTimeout(Duration.ZERO).build().drainTimeout())
                .isZero();
    }
}
