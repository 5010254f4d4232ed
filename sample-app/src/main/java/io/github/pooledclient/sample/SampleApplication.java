// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application that calls another one, here an {@link Upstream} of its own, so that nothing else is needed. */
@SpringBootApplication
public class SampleApplication {

    public static void main(String[] args) {
        SpringApplication.run(SampleApplication.class, args);
    }
}
