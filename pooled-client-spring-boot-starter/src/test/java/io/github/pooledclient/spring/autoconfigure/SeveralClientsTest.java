// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.PooledClientHttpConnectorBuilder;
import io.github.pooledclient.spring.PooledClientHttpRequestFactory;
import io.github.pooledclient.spring.PooledClientHttpRequestFactoryBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** An application with clients of its own. */
@ExtendWith(OutputCaptureExtension.class)
class SeveralClientsTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PooledClientAutoConfiguration.class,
                    PooledClientRequestFactoryAutoConfiguration.class,
                    PooledClientConnectorAutoConfiguration.class,
                    HttpClientAutoConfiguration.class,
                    ImperativeHttpClientAutoConfiguration.class,
                    ReactiveHttpClientAutoConfiguration.class,
                    RestClientAutoConfiguration.class));

    @Test
    void primaryOneIsThatOfTheBuilders(CapturedOutput output) {
        runner.withUserConfiguration(OneIsPrimary.class).run(context -> {
            PooledClientHttpRequestFactory factory =
                    (PooledClientHttpRequestFactory) context.getBean(ClientHttpRequestFactory.class);

            assertThat(factory.client().sharesPoolWith(context.getBean("second", PooledHttpClient.class)))
                    .isTrue();
            assertThat(context).hasSingleBean(PooledClientHttpConnectorBuilder.class);
        });
        assertThat(missing(output)).isEmpty();
    }

    @Test
    void withoutAPrimaryOneTheBuildersAreThoseOfBootAndThatIsAWarning(CapturedOutput output) {
        runner.withUserConfiguration(NoneIsPrimary.class).run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(RestClient.Builder.class)
                    .doesNotHaveBean(PooledClientHttpRequestFactoryBuilder.class)
                    .doesNotHaveBean(PooledClientHttpConnectorBuilder.class);
            assertThat(context.getBeansOfType(PooledHttpClient.class)).containsOnlyKeys("first", "second");
        });
        assertThat(missing(output)).singleElement().asString().contains("WARN").endsWith("first, second");
    }

    @Test
    void whoWantsNoPoolThereIsNotWarned(CapturedOutput output) {
        runner.withUserConfiguration(NoneIsPrimary.class)
                .withPropertyValues("pool.rest-client.enabled=false", "pool.web-client.enabled=false")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(missing(output)).isEmpty();
    }

    private static List<String> missing(CapturedOutput output) {
        return output.getAll()
                .lines()
                .filter(line -> line.contains("do not use the pool"))
                .toList();
    }

    @Configuration(proxyBeanMethods = false)
    static class NoneIsPrimary {

        @Bean
        PooledHttpClient first() {
            return PooledHttpClient.newHttpClient();
        }

        @Bean
        PooledHttpClient second() {
            return PooledHttpClient.newHttpClient();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OneIsPrimary {

        @Bean
        PooledHttpClient first() {
            return PooledHttpClient.newHttpClient();
        }

        @Bean
        @Primary
        PooledHttpClient second() {
            return PooledHttpClient.newHttpClient();
        }
    }
}
