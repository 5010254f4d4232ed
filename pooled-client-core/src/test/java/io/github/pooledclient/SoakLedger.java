// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import io.github.pooledclient.SoakCall.Outcome;
import io.github.pooledclient.SoakCall.What;
import io.github.pooledclient.testing.CheckingOrigin.Reception;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Judges what became of the calls of a {@link SoakTest}, and keeps count. Confined to the test's thread. */
final class SoakLedger {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration PATIENCE_BEYOND_TIMEOUT = Duration.ofSeconds(5);

    private final boolean isPooled;
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Long> broken = new TreeMap<>();
    private final List<String> violations = new ArrayList<>();
    private long calls;
    private long latestNanos;

    SoakLedger(boolean isPooled) {
        this.isPooled = isPooled;
    }

    /** One call, when nothing of it can arrive anywhere any more. */
    void judge(SoakCall call, Outcome outcome, Reception received, SoakWitness witness) {
        calls++;
        RequestState state = RequestState.of(outcome.failure());
        String connection = connection(call, witness);
        counts.merge(
                "%s %s%s"
                        .formatted(
                                call.isGet() ? "GET " : "POST",
                                outcome.what(),
                                outcome.failure() == null
                                        ? outcome.what() == What.CROSSED ? " " + outcome.detail() : ""
                                        : " " + state + " " + connection),
                1L,
                Long::sum);
        String wrong = wrongAnswer(outcome);
        wrong = wrong == null ? wrongReception(call, outcome, received) : wrong;
        wrong = wrong == null && isPooled ? wrongFailure(call, outcome, state, received, witness) : wrong;
        wrong = wrong == null ? wrongDuration(call, outcome) : wrong;
        if (wrong != null) {
            violation(
                    wrong,
                    "%s: %s, %s %s, %s, received %s"
                            .formatted(call, outcome.what(), outcome.detail(), connection, state, received),
                    outcome.failure());
        }
    }

    private static String connection(SoakCall call, SoakWitness witness) {
        Boolean reused = witness.hasReused(call.target.id());
        if (reused == null) {
            return "no connection";
        }
        return witness.hasRetried(call.target.id()) ? "repeated" : reused ? "reused" : "new";
    }

    private static @Nullable String wrongAnswer(Outcome outcome) {
        return switch (outcome.what()) {
            case WRONG_BODY, OTHERS_ANSWER, STALE_ANSWER, HANG, UNEXPECTED ->
                outcome.what().toString();
            default -> null;
        };
    }

    private static @Nullable String wrongReception(SoakCall call, Outcome outcome, Reception received) {
        int most = call.isReplayable() ? 2 : 1;
        if (received.heads() > most) {
            return "SENT_TOO_OFTEN";
        }
        if (call.upload.isBroken() && received.whole() > 0) {
            return "BROKEN_UPLOAD_LOOKED_WHOLE";
        }
        if (call.upload.isBroken() && outcome.what() == What.OK) {
            return "BROKEN_UPLOAD_SUCCEEDED";
        }
        return outcome.what() == What.OK && received.whole() == 0 ? "SUCCESS_OF_WHAT_WAS_NOT_RECEIVED" : null;
    }

    /** What an exception says must be true, and the request must have been repeated where that is allowed. */
    private static @Nullable String wrongFailure(
            SoakCall call, Outcome outcome, @Nullable RequestState state, Reception received, SoakWitness witness) {
        if (outcome.failure() == null || outcome.what() == What.LEFT_UNREAD) {
            return null;
        }
        if (state == null) {
            return outcome.what() == What.CANCELLED ? null : "FAILURE_WITHOUT_STATE";
        }
        if (state == RequestState.NOT_SENT && received.heads() > 0) {
            return "NOT_SENT_BUT_RECEIVED";
        }
        boolean mayRepeat = outcome.what() == What.FAILED
                && state != RequestState.RESPONSE_STARTED
                && !call.upload.isBroken()
                && (call.isReplayable() || (state == RequestState.NOT_SENT && call.upload.isRepeatable()));
        boolean wasStale =
                Boolean.TRUE.equals(witness.hasReused(call.target.id())) && !witness.hasRetried(call.target.id());
        return mayRepeat && wasStale ? "NOT_REPEATED" : null;
    }

    private @Nullable String wrongDuration(SoakCall call, Outcome outcome) {
        long bound = call.timeoutMillis == 0
                ? PATIENCE.toNanos()
                : PATIENCE_BEYOND_TIMEOUT.plusMillis(call.timeoutMillis).toNanos();
        if (call.timeoutMillis > 0) {
            latestNanos = Math.max(
                    latestNanos,
                    outcome.nanos() - Duration.ofMillis(call.timeoutMillis).toNanos());
        }
        return outcome.nanos() > bound ? "TOO_LATE" : null;
    }

    void violation(String kind, String what, @Nullable Throwable failure) {
        broken.merge(kind, 1L, Long::sum);
        if (violations.size() < 20) {
            violations.add(kind + ": " + what);
            System.out.println("soak: " + kind + ": " + what);
            if (failure != null) {
                failure.printStackTrace(System.out);
            }
        }
    }

    long calls() {
        return calls;
    }

    /** By kind; empty if all is well. */
    Map<String, Long> violations() {
        return broken;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("calls: " + calls);
        counts.forEach(
                (what, count) -> text.append("\n  ").append(what).append(": ").append(count));
        text.append("\nlatest beyond its timeout: ")
                .append(latestNanos / 1_000_000)
                .append(" ms");
        return text.append("\nviolations: ").append(broken).toString();
    }
}
