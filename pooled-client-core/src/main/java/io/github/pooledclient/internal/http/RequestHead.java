// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

import io.github.pooledclient.transport.Origin;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The head of a request as it is to be sent: checked ({@link FieldRules}), but without the fields that belong to the
 * connection and to the framing, which the protocol version adds. Immutable.
 *
 * @param method a token
 * @param origin where to
 * @param target path and query in origin form (RFC 9112, 3.2.1), or {@code *}
 * @param caller the fields that the caller set
 * @param added fields that we set, names and values in turn; where the caller set the same name, the caller's stand
 * @param expectContinue whether to ask for 100 (Continue) before the content
 */
public record RequestHead(
        String method, Origin origin, String target, HttpHeaders caller, List<String> added, boolean expectContinue) {

    /** This head with one more field of ours. */
    public RequestHead with(String name, String value) {
        String[] more = added.toArray(new String[added.size() + 2]);
        more[more.length - 2] = name;
        more[more.length - 1] = value;
        return new RequestHead(method, origin, target, caller, List.of(more), expectContinue);
    }

    /** This head without the fields of a name, the caller's as well as ours. */
    public RequestHead without(String name) {
        if (!has(name)) {
            return this;
        }
        List<String> others = new ArrayList<>();
        for (int i = 0; i < added.size(); i += 2) {
            if (!added.get(i).equalsIgnoreCase(name)) {
                Collections.addAll(others, added.get(i), added.get(i + 1));
            }
        }
        HttpHeaders callers = HttpHeaders.of(caller.map(), (field, value) -> !field.equalsIgnoreCase(name));
        return new RequestHead(method, origin, target, callers, List.copyOf(others), expectContinue);
    }

    /** The value of the first field of a name, the caller's before ours, or null. */
    public @Nullable String first(String name) {
        List<String> callers = caller.map().get(name);
        if (callers != null && !callers.isEmpty()) {
            return callers.get(0);
        }
        for (int i = 0; i < added.size(); i += 2) {
            if (added.get(i).equalsIgnoreCase(name)) {
                return added.get(i + 1);
            }
        }
        return null;
    }

    /** This head as a proxy is asked (RFC 9112, 3.2.2): with the origin in its target. */
    public RequestHead inAbsoluteForm() {
        String absolute = origin.scheme() + "://" + origin.authority() + target;
        return new RequestHead(method, origin, absolute, caller, added, expectContinue);
    }

    /** Whether the caller or we set a field of this name. */
    public boolean has(String name) {
        if (!caller.map().isEmpty() && caller.map().containsKey(name)) {
            return true;
        }
        for (int i = 0; i < added.size(); i += 2) {
            if (added.get(i).equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}
