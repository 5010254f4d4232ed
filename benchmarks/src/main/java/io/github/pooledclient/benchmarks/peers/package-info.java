// SPDX-License-Identifier: Apache-2.0
/** The clients that are compared, each set up as its own guide says, and the bare loop that is the limit. */
@NullMarked
package io.github.pooledclient.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
