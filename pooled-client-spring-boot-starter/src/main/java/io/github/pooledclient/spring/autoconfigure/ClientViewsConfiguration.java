// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.BundleTls;
import io.github.pooledclient.spring.ClientViews;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the blocking and the reactive clients of Spring have in common: views of one client. */
@Configuration(proxyBeanMethods = false)
class ClientViewsConfiguration {

    @Bean
    @ConditionalOnSingleCandidate(PooledHttpClient.class)
    @ConditionalOnMissingBean
    ClientViews pooledClientViews(PooledHttpClient client, BundleTls tls) {
        return new ClientViews(client, tls);
    }

    /** As Boot does for its own builders: a customizer of another kind of builder is passed over. */
    static <B, C> B customized(Class<C> type, B builder, List<? extends C> customizers, BiFunction<C, B, B> customize) {
        List<B> result = new ArrayList<>(List.of(builder));
        LambdaSafe.callbacks(type, customizers, builder)
                .invoke(customizer -> result.set(0, customize.apply(customizer, result.get(0))));
        return result.get(0);
    }
}
