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

    /** There was no answer. */
    @ExceptionHandler
    ProblemDetail failure(IOException e) {
        return problem(status(e), e.getMessage());
    }

    /** What a call without an answer is to the callers of this application. */
    static HttpStatus status(IOException failure) {
        if (failure instanceof AcquireTimeoutException || failure instanceof AcquireRejectedException) {
            // All connections are in use: this application is the one that is overloaded.
            return HttpStatus.SERVICE_UNAVAILABLE;
        }
        // Late, or else not to be reached, or broken off.
        return failure instanceof HttpTimeoutException ? HttpStatus.GATEWAY_TIMEOUT : HttpStatus.BAD_GATEWAY;
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
