// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Whether the application leaves the choice of a kind of client to us. */
abstract class NoOtherClientChosen extends SpringBootCondition {

    private final String property;

    /**
     * @param property that names the client, if the application has chosen one
     */
    NoOtherClientChosen(String property) {
        this.property = property;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        String chosen = context.getEnvironment().getProperty(property);
        ConditionMessage.Builder message = ConditionMessage.forCondition("No other client chosen");
        // Boot's properties take an empty text for none, too.
        return !StringUtils.hasText(chosen)
                ? ConditionOutcome.match(message.because(property + " is not set"))
                : ConditionOutcome.noMatch(message.because(property + " is " + chosen));
    }

    /** Of the clients that block. */
    static final class Imperative extends NoOtherClientChosen {
        Imperative() {
            super("spring.http.clients.imperative.factory");
        }
    }

    /** Of the reactive clients. */
    static final class Reactive extends NoOtherClientChosen {
        Reactive() {
            super("spring.http.clients.reactive.connector");
        }
    }
}
