package dev.posthouse.relay.splice;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** A selector over {@link ScriptedChannel}s, which waits on its own lock in place of the system. */
final class ScriptedSelector extends AbstractSelector implements SelectorLoop.Platform {

    private static final class Key extends AbstractSelectionKey {
        private final ScriptedSelector selector;
        private final ScriptedChannel channel;
        private final int interest;

        Key(ScriptedSelector selector, ScriptedChannel channel, int interest) {
            this.selector = selector;
            this.channel = channel;
            this.interest = interest;
        }

        @Override
        public SelectableChannel channel() {
            return channel;
        }

        @Override
        public Selector selector() {
            return selector;
        }

        @Override
        public int interestOps() {
            return interest;
        }

        @Override
        public SelectionKey interestOps(int ops) {
            throw new UnsupportedOperationException("a watch changes no interest");
        }

        @Override
        public int readyOps() {
            return channel.isReadable() ? interest : 0;
        }
    }

    // These two guarded by this.
    private final Set<Key> keys = new HashSet<>();
    private boolean awake;

    ScriptedSelector() {
        super(null);
    }

    @Override
    public Selector openSelector() {
        return this;
    }

    /** On the calling thread. */
    @Override
    public void start(Runnable task) {
        task.run();
    }

    @Override
    public void select(Selector selector, Consumer<SelectionKey> dispatch, long nanos) {
        forgetCanceled();
        for (SelectionKey key : ready(nanos > 0)) {
            dispatch.accept(key);
        }
        forgetCanceled();
    }

    private synchronized List<SelectionKey> ready(boolean waits) {
        List<SelectionKey> ready = readyNow();
        while (waits && !awake && ready.isEmpty()) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            ready = readyNow();
        }
        awake = false;
        return ready;
    }

    private List<SelectionKey> readyNow() {
        List<SelectionKey> ready = new ArrayList<>();
        for (Key key : keys) {
            if (key.isValid() && key.readyOps() != 0) {
                ready.add(key);
            }
        }
        return ready;
    }

    private synchronized void forgetCanceled() {
        for (Key key : List.copyOf(keys)) {
            if (!key.isValid()) {
                keys.remove(key);
                deregister(key);
            }
        }
    }

    /** Has whoever selects look again. */
    synchronized void look() {
        notifyAll();
    }

    @Override
    public synchronized Selector wakeup() {
        awake = true;
        notifyAll();
        return this;
    }

    @Override
    protected synchronized SelectionKey register(AbstractSelectableChannel channel, int ops, Object attachment) {
        var key = new Key(this, (ScriptedChannel) channel, ops);
        key.attach(attachment);
        keys.add(key);
        return key;
    }

    @Override
    public synchronized Set<SelectionKey> keys() {
        return Set.copyOf(keys);
    }

    @Override
    public Set<SelectionKey> selectedKeys() {
        throw new UnsupportedOperationException("keys are dispatched");
    }

    @Override
    public int selectNow() {
        throw new UnsupportedOperationException("by its platform's method");
    }

    @Override
    public int select(long timeout) {
        throw new UnsupportedOperationException("by its platform's method");
    }

    @Override
    public int select() {
        throw new UnsupportedOperationException("by its platform's method");
    }

    @Override
    protected void implCloseSelector() {}
}
