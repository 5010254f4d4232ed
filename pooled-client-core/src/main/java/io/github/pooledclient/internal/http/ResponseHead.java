// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.http;

/**
 * The head of a response. Immutable.
 *
 * @param minorVersion of HTTP/1: 0 or 1
 * @param status 100 to 999
 * @param fields as they were received
 */
public record ResponseHead(int minorVersion, int status, Fields fields) {}
