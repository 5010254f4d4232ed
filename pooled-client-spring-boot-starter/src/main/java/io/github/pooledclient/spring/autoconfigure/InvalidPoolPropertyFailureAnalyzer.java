// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/** Says which property is wrong, what stands there and where, and what may stand there instead. */
// Before Boot's analyzers, one of which explains each failure to make a bean.
@Order(Ordered.HIGHEST_PRECEDENCE)
final class InvalidPoolPropertyFailureAnalyzer extends AbstractFailureAnalyzer<InvalidPoolPropertyException> {

    private final Environment environment;

    InvalidPoolPropertyFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidPoolPropertyException cause) {
        ConfigurationProperty written = find(cause.property());
        StringBuilder description = new StringBuilder("The connection pool cannot be configured:\n\n");
        description.append("    Property: ").append(cause.property()).append('\n');
        description.append("    Value: ").append(value(cause, written)).append('\n');
        if (written != null && written.getOrigin() != null) {
            description.append("    Origin: ").append(written.getOrigin()).append('\n');
        }
        description.append("    Reason: ").append(cause.reason());
        return new FailureAnalysis(
                description.toString(), "Set " + cause.property() + " as the reason says, or remove it.", cause);
    }

    private static String value(InvalidPoolPropertyException cause, @Nullable ConfigurationProperty written) {
        if (cause.property().endsWith("password")) {
            return "******";
        }
        if (written == null && cause.value() == null) {
            return "none";
        }
        return "\"" + (written == null ? cause.value() : written.getValue()) + "\"";
    }

    private @Nullable ConfigurationProperty find(String property) {
        // Not of(...): hosts may have names with upper case, which are not canonical.
        ConfigurationPropertyName name = ConfigurationPropertyName.adapt(property, '.');
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            ConfigurationProperty found = source.getConfigurationProperty(name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
