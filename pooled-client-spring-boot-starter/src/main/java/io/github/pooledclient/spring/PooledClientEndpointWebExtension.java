// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring;

import io.github.pooledclient.spring.PooledClientEndpoint.NotFoundException;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The {@link PooledClientEndpoint} over HTTP, where what is wrong has a status and is explained in the body. */
@EndpointWebExtension(endpoint = PooledClientEndpoint.class)
public final class PooledClientEndpointWebExtension {

    private final PooledClientEndpoint endpoint;

    public PooledClientEndpointWebExtension(PooledClientEndpoint endpoint) {
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
    }

    /** 404 if there is no such client. */
    @ReadOperation
    public WebEndpointResponse<Map<String, ?>> pool(@Nullable String client) {
        return answer(() -> endpoint.pool(client));
    }

    /** 404 if there is no such host or client. */
    @ReadOperation
    public WebEndpointResponse<Map<String, ?>> host(@Selector String host, @Nullable String client) {
        return answer(() -> endpoint.host(host, client));
    }

    /** 204, or 404 if there is no such client. */
    @DeleteOperation
    public WebEndpointResponse<Map<String, ?>> retire(@Nullable String client) {
        return answer(() -> endpoint.retire(client));
    }

    /** 204, or 404 if there is no such host or client. */
    @DeleteOperation
    public WebEndpointResponse<Map<String, ?>> retireHost(@Selector String host, @Nullable String client) {
        return answer(() -> endpoint.retireHost(host, client));
    }

    /** 404 if there is no such host or client, 400 if the action or a limit is wrong. */
    @WriteOperation
    public WebEndpointResponse<Map<String, ?>> change(
            @Selector String host,
            String action,
            @Nullable Integer maxConnections,
            @Nullable Integer maxIdle,
            @Nullable String client) {
        return answer(() -> endpoint.change(host, action, maxConnections, maxIdle, client));
    }

    // In the body, and not thrown: applications show the messages of exceptions to nobody by default.
    private static WebEndpointResponse<Map<String, ?>> answer(Supplier<@Nullable Map<String, ?>> operation) {
        try {
            Map<String, ?> report = operation.get();
            return report == null
                    ? new WebEndpointResponse<>(WebEndpointResponse.STATUS_NO_CONTENT)
                    : new WebEndpointResponse<>(report);
        } catch (NotFoundException e) {
            return error(WebEndpointResponse.STATUS_NOT_FOUND, e);
        } catch (InvalidEndpointRequestException e) {
            return error(WebEndpointResponse.STATUS_BAD_REQUEST, e);
        }
    }

    private static WebEndpointResponse<Map<String, ?>> error(int status, InvalidEndpointRequestException e) {
        return new WebEndpointResponse<>(Map.of("error", String.valueOf(e.getReason())), status);
    }
}
