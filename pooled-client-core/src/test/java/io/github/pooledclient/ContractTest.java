// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A part of the contract of {@link java.net.http.HttpClient}: each of its facts is tried with the JDK's client and with ours.
 * A fact that is not the same for both has a {@link Difference}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@EnumSource(Client.class)
// What hangs fails; long enough for the slowest machine.
@Timeout(60)
@interface ContractTest {}
