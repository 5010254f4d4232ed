// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Which addresses could not be reached, and why. Confined to the thread that connects. */
final class ConnectFailures {

    private final Map<InetSocketAddress, Exception> failures = new LinkedHashMap<>();

    ConnectFailures add(InetSocketAddress address, Exception failure) {
        failures.put(address, failure);
        return this;
    }

    /** None could be reached: one exception that names them all. */
    ConnectException allOf(ConnectAttempt attempt) {
        String reasons = failures.entrySet().stream()
                .map(failure -> text(failure.getKey()) + ": " + reason(failure.getValue()))
                .collect(Collectors.joining(", "));
        return with(new ConnectException("no connection to " + attempt.route() + ": " + reasons));
    }

    /** The given failure, with these: the first as its cause, the others suppressed. */
    <E extends IOException> E with(E failure) {
        for (Exception each : failures.values()) {
            if (failure.getCause() == null) {
                failure.initCause(each);
            } else {
                failure.addSuppressed(each);
            }
        }
        return failure;
    }

    /** An address as it stands in messages: {@code 10.0.0.1:443}, {@code [::1]:443}. */
    static String text(InetSocketAddress address) {
        String ip = address.getAddress().getHostAddress();
        return (ip.indexOf(':') < 0 ? ip : "[" + ip + "]") + ":" + address.getPort();
    }

    private static String reason(Exception failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
