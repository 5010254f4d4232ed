// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.spring.autoconfigure;

import io.github.pooledclient.PooledHttpClient;
import io.github.pooledclient.spring.BundleTls;
import io.github.pooledclient.spring.ClientViews;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.util.LambdaSafe;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the blocking and the reactive clients of Spring have in common: views of one client. */
@Configuration(proxyBeanMethods = false)
class ClientViewsConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(ClientViewsConfiguration.class);

    @Bean
    @ConditionalOnSingleCandidate(PooledHttpClient.class)
    @ConditionalOnMissingBean
    ClientViews pooledClientViews(PooledHttpClient client, BundleTls tls) {
        return new ClientViews(client, tls);
    }

    /** Says that there is no client to make views of: else nobody would notice that other clients are used. */
    @Bean
    @ConditionalOnBean(PooledHttpClient.class)
    @ConditionalOnMissingBean(ClientViews.class)
    static SmartInitializingSingleton pooledClientViewsMissing(ListableBeanFactory beans) {
        return () -> LOG.warn(
                "RestClient, WebClient and their like do not use the pool, as none of these PooledHttpClient beans is"
                        + " @Primary: {}",
                String.join(
                        ", ",
                        BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                                beans, PooledHttpClient.class, true, false)));
    }

    /** As Boot does for its own builders: a customizer of another kind of builder is passed over. */
    static <B, C> B customized(Class<C> type, B builder, List<? extends C> customizers, BiFunction<C, B, B> customize) {
        List<B> result = new ArrayList<>(List.of(builder));
        LambdaSafe.callbacks(type, customizers, builder)
                .invoke(customizer -> result.set(0, customize.apply(customizer, result.get(0))));
        return result.get(0);
    }
}
