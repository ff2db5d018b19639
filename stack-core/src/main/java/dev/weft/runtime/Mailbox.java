package dev.weft.runtime;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The bounded queue between a reader and the daemon of a control protocol (D2). Packets come in two classes with room of
 * their own each: <em>questions</em>, which anybody on the link may send in any number and which are shed first, and
 * <em>answers</em>, for which a thread of ours waits. A flood of questions therefore never costs an answer, and answers
 * are taken first.
 *
 * <p>Room for answers is as large as there can be questions of ours open at a time, and the caller offers as an answer only
 * what answers one of them, once. Then {@link #offerAnswer} never refuses. A packet that only looks like an answer is a
 * question.
 *
 * <p>Any thread may offer: it takes a lock for a few instructions and never parks otherwise. One thread, the daemon, takes.
 * Nothing is called back and no garbage made.
 *
 * @param <T> what is handed over; it must be the receiver's to keep (a copy, not a borrowed frame: D3)
 */
public final class Mailbox<T> {

    private final ReentrantLock lock = new ReentrantLock();      // nothing else is taken or called under it
    private final Ring answers;                                  // guarded by lock
    private final Ring questions;                                // guarded by lock
    private final Signal arrival;

    /** First in, first out, in an array that does not grow. */
    private static final class Ring {
        final Object[] items;
        int head;
        int count;

        Ring(int capacity) {
            items = new Object[capacity];
        }

        boolean offer(Object item) {
            if (count == items.length) {
                return false;
            }
            items[(head + count++) % items.length] = item;
            return true;
        }

        Object poll() {
            if (count == 0) {
                return null;
            }
            Object item = items[head];
            items[head] = null;
            head = (head + 1) % items.length;
            count--;
            return item;
        }
    }

    /**
     * An empty mailbox.
     *
     * @param clock whose time the taker's deadlines are in
     * @param answerRoom answers held at a time, at least 1
     * @param questionRoom questions held at a time, at least 1
     * @throws IllegalArgumentException if there is no room
     */
    public Mailbox(NanoClock clock, int answerRoom, int questionRoom) {
        if (answerRoom < 1 || questionRoom < 1) {
            throw new IllegalArgumentException("a mailbox needs room for answers and questions");
        }
        answers = new Ring(answerRoom);
        questions = new Ring(questionRoom);
        arrival = new Signal(clock);
    }

    /** Hands over a packet that can be missed; false when there is no room, and the caller counts it as shed. */
    public boolean offerQuestion(T question) {
        return offer(questions, question);
    }

    /** Hands over what a thread waits for; false when there is no room, which is the caller's mistake (see above). */
    public boolean offerAnswer(T answer) {
        return offer(answers, answer);
    }

    private boolean offer(Ring ring, T item) {
        lock.lock();
        try {
            if (!ring.offer(item)) {
                return false;
            }
        } finally {
            lock.unlock();
        }
        arrival.raise();
        return true;
    }

    /** Lets {@link #awaitUntil} return soon although nothing is there, because the taker's deadline has changed. */
    public void wakeUp() {
        arrival.raise();
    }

    /** The oldest answer, else the oldest question, else null; does not wait. */
    @SuppressWarnings("unchecked")
    public T poll() {
        lock.lock();
        try {
            Object item = answers.poll();
            return (T) (item != null ? item : questions.poll());
        } finally {
            lock.unlock();
        }
    }

    /**
     * The oldest answer, else the oldest question; waits until there is one, {@link #wakeUp()} is called, or the deadline
     * comes, and is null in the latter cases, rarely also for no reason.
     *
     * @throws InterruptedException if the thread is or becomes interrupted while there is nothing to take
     * @throws IllegalStateException if another thread waits
     */
    public T awaitUntil(long deadlineNanos) throws InterruptedException {
        T item = poll();
        if (item == null) {
            arrival.awaitUntil(deadlineNanos);
            item = poll();
        }
        return item;
    }

    /** How many packets wait. */
    public int size() {
        lock.lock();
        try {
            return answers.count + questions.count;
        } finally {
            lock.unlock();
        }
    }
}
