package dev.weft.ipv4;

import dev.weft.link.Link;
import dev.weft.wire.Ipv4Address;
import dev.weft.wire.MacAddress;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/** A link as IPv4 uses it: its neighbours, and the groups joined on it. */
final class Ipv4Interface {

    /** RFC 1112 §4: all hosts on the link; every host is a member. */
    private static final int ALL_HOSTS = 0xe0000001;

    final Link link;
    final Neighbours neighbours;

    /** Guards changes of {@link #groups}; the link is told after. */
    private final ReentrantLock lock = new ReentrantLock();
    private volatile int[] groups = {ALL_HOSTS};   // replaced under lock

    Ipv4Interface(Link link, Neighbours neighbours) {
        this.link = link;
        this.neighbours = neighbours;
        if (link.hasLinkAddresses()) {
            link.joinMulticast(MacAddress.multicastFor(new Ipv4Address(ALL_HOSTS)));
        }
    }

    /** Whether packets to the group are taken here. */
    boolean isMember(int group) {
        for (int joined : groups) {
            if (joined == group) {
                return true;
            }
        }
        return false;
    }

    /** Joins a group; each join is taken back by one {@link #leave}. */
    void join(Ipv4Address group) {
        lock.lock();
        try {
            int[] next = Arrays.copyOf(groups, groups.length + 1);
            next[groups.length] = group.bits();
            groups = next;
        } finally {
            lock.unlock();
        }
        if (link.hasLinkAddresses()) {
            link.joinMulticast(MacAddress.multicastFor(group));
        }
    }

    /** Takes one join back; whether there was one. */
    boolean leave(Ipv4Address group) {
        lock.lock();
        try {
            int[] now = groups;
            int at = now.length - 1;
            while (at > 0 && now[at] != group.bits()) {
                at--;
            }
            if (at == 0) {
                return false;   // the first is that of all hosts, which nobody leaves
            }
            int[] next = Arrays.copyOf(now, now.length - 1);
            System.arraycopy(now, at + 1, next, at, now.length - at - 1);
            groups = next;
        } finally {
            lock.unlock();
        }
        if (link.hasLinkAddresses()) {
            link.leaveMulticast(MacAddress.multicastFor(group));
        }
        return true;
    }
}
