// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.integration;

import io.github.pooledclient.pool.PoolListener;
import io.github.pooledclient.spring.autoconfigure.PooledClientBuilderCustomizer;
import java.net.URI;
import java.util.concurrent.Callable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

/** An application that gives the client objects of its own, loaded anew for each start. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class RestartedApplication {

    @Bean
    PooledClientBuilderCustomizer listening() {
        return builder -> builder.listener(new Listener());
    }

    @Bean
    Callable<String> call(RestClient.Builder client, @Value("${upstream}") URI upstream) {
        return () -> client.build().get().uri(upstream).retrieve().body(String.class);
    }

    private static final class Listener implements PoolListener {}
}
