// SPDX-License-Identifier: Apache-2.0
package io.github.pooledclient.internal.pool;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * A doubly linked list whose links live in its members, so that taking one out of the middle (a waiter that gives up, a
 * connection that is given back) costs nothing and allocates nothing. Guarded by its owner's lock.
 */
final class Chain<N extends Chain.Link<N>> {

    private @Nullable N first;
    private @Nullable N last;
    private int size;

    /** What a member of a chain has; a member is in one chain at a time. */
    abstract static class Link<N extends Link<N>> {
        private @Nullable N previous;
        private @Nullable N next;
        private @Nullable Chain<N> chain;

        @Nullable
        N next() {
            return next;
        }

        @Nullable
        N previous() {
            return previous;
        }
    }

    void addFirst(N member) {
        adopt(member);
        N second = first;
        links(member).next = second;
        if (second == null) {
            last = member;
        } else {
            links(second).previous = member;
        }
        first = member;
    }

    void addLast(N member) {
        adopt(member);
        N before = last;
        links(member).previous = before;
        if (before == null) {
            first = member;
        } else {
            links(before).next = member;
        }
        last = member;
    }

    /** Takes a member out; false if it is not in this chain. */
    boolean remove(N member) {
        Link<N> links = links(member);
        if (links.chain != this) {
            return false;
        }
        if (links.previous == null) {
            first = links.next;
        } else {
            links(links.previous).next = links.next;
        }
        if (links.next == null) {
            last = links.previous;
        } else {
            links(links.next).previous = links.previous;
        }
        links.previous = null;
        links.next = null;
        links.chain = null;
        size--;
        return true;
    }

    private void adopt(N member) {
        Link<N> links = links(member);
        if (links.chain != null) {
            throw new IllegalStateException("already in a chain: " + member);
        }
        links.chain = this;
        size++;
    }

    // Private members of the superclass are reached through its type, not through N.
    private static <N extends Link<N>> Link<N> links(N member) {
        return member;
    }

    @Nullable
    N first() {
        return first;
    }

    @Nullable
    N last() {
        return last;
    }

    boolean contains(N member) {
        return links(member).chain == this;
    }

    void addTo(Collection<? super N> all) {
        for (N member = first; member != null; member = links(member).next) {
            all.add(member);
        }
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
