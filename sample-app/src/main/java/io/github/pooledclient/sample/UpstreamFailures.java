// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import io.github.pooledclient.pool.AcquireRejectedException;
import io.github.pooledclient.pool.AcquireTimeoutException;
import java.io.IOException;
import java.net.http.HttpTimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.client.RestClientResponseException;

/**
 * What callers are told when a call fails. {@code RestClient} wraps the client's exceptions, and Spring looks at causes, so
 * that both ways end here.
 */
@RestControllerAdvice
class UpstreamFailures {

    /** All connections are in use: this application is the one that is overloaded. */
    @ExceptionHandler({AcquireTimeoutException.class, AcquireRejectedException.class})
    ProblemDetail noConnection(IOException e) {
        return problem(HttpStatus.SERVICE_UNAVAILABLE, e.getMessage());
    }

    /** The upstream did not answer in time. */
    @ExceptionHandler
    ProblemDetail timeout(HttpTimeoutException e) {
        return problem(HttpStatus.GATEWAY_TIMEOUT, e.getMessage());
    }

    /** The upstream could not be reached, or broke off. */
    @ExceptionHandler
    ProblemDetail failure(IOException e) {
        return problem(HttpStatus.BAD_GATEWAY, e.getMessage());
    }

    /** The upstream answered with an error. */
    @ExceptionHandler
    ProblemDetail error(RestClientResponseException e) {
        return problem(
                HttpStatus.BAD_GATEWAY, "upstream answered " + e.getStatusCode().value());
    }

    private static ProblemDetail problem(HttpStatus status, @Nullable String detail) {
        return ProblemDetail.forStatusAndDetail(status, detail);
    }
}
