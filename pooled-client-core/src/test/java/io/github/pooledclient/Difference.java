// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A fact of a {@link ContractTest} where we differ from the JDK's client on purpose; the test states both. Its value says why,
 * and {@code docs/differences-from-jdk.md} has a row for it ({@link DifferencesPageTest}).
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface Difference {

    String value();
}
