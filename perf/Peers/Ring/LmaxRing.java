import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.BatchEventProcessor;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * LMAX Disruptor on the workloads of perf/Ring: same entry sizes, same capacities, each side on a core of its own. Its
 * throughput depends much on how its consumer waits and who calls it (one at the producer's heels takes the cursor's
 * line from it with every publication), so all four ways take turns, each as often as ours, and the best one counts.
 */
public final class LmaxRing {
    private static final int TRIPS = 20_000;
    private static final int EVENTS = 4_800_000;
    private static final int REPEATS = 10;
    /** Read before anything is pinned: a pinned process is told of one core. */
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static volatile long kept;

    private static final class Entry64 {
        long a, b, c, d, e, f, g, h;

        void fill(long v) {
            a = v;
            b = v + 1;
            c = v + 2;
            d = v + 3;
            e = v + 4;
            f = v + 5;
            g = v + 6;
            h = v + 7;
        }

        long sum() {
            return a + b + c + d + e + f + g + h;
        }
    }

    private static final class Entry8 {
        long value;
    }

    private interface Measured {
        double once(int count) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        pin(0);
        row("round trip 64 B, LMAX", "ns", TRIPS, LmaxRing::roundTrip);
        for (int claim : new int[] {1, 16}) {
            String name = "1P1C publish=" + claim + " LMAX, ";
            row(name + "own loop, busy spin", "M/s", EVENTS, n -> loop(n, claim, new BusySpinWaitStrategy()));
            row(name + "own loop, yielding", "M/s", EVENTS, n -> loop(n, claim, new YieldingWaitStrategy()));
            row(name + "processor, busy spin", "M/s", EVENTS, n -> processor(n, claim, new BusySpinWaitStrategy()));
            row(name + "processor, yielding", "M/s", EVENTS, n -> processor(n, claim, new YieldingWaitStrategy()));
        }
        row("3P1C publish=1 LMAX, own loop, yielding", "M/s", EVENTS, LmaxRing::threeProducers);
    }

    /** Ties the calling thread to a core, as perf/Ring does; without taskset it runs where it may. */
    private static void pin(int core) {
        try {
            String thread = Paths.get("/proc/thread-self").toRealPath().getFileName().toString();
            new ProcessBuilder("taskset", "-pc", Integer.toString(core), thread).start().waitFor();
        } catch (Exception e) {
            System.err.println("not pinned: " + e.getMessage());
        }
    }

    private static void row(String name, String unit, int count, Measured measured) throws Exception {
        for (int i = 0; i < 4; i++) {
            measured.once(count);
        }
        double[] samples = new double[REPEATS];
        for (int i = 0; i < REPEATS; i++) {
            samples[i] = measured.once(count);
        }
        Arrays.sort(samples);
        System.out.printf(Locale.ROOT, "%-50s  min %.1f med %.1f max %.1f %s%n",
            name, samples[0], samples[REPEATS / 2], samples[REPEATS - 1], unit);
    }

    private static double roundTrip(int count) throws Exception {
        RingBuffer<Entry64> there = RingBuffer.createSingleProducer(Entry64::new, 64, new BusySpinWaitStrategy());
        RingBuffer<Entry64> back = RingBuffer.createSingleProducer(Entry64::new, 64, new BusySpinWaitStrategy());
        Sequence thereConsumed = new Sequence();
        Sequence backConsumed = new Sequence();
        there.addGatingSequences(thereConsumed);
        back.addGatingSequences(backConsumed);
        SequenceBarrier thereBarrier = there.newBarrier();
        SequenceBarrier backBarrier = back.newBarrier();
        CountDownLatch ready = new CountDownLatch(1);
        Thread answer = new Thread(() -> {
            pin(1);
            ready.countDown();
            try {
                for (long i = 0; i < count; i++) {
                    thereBarrier.waitFor(i);
                    long sum = there.get(i).sum();
                    thereConsumed.set(i);
                    long next = back.next();
                    back.get(next).fill(sum);
                    back.publish(next);
                }
            } catch (AlertException | InterruptedException | com.lmax.disruptor.TimeoutException e) {
                throw new IllegalStateException(e);
            }
        });
        answer.start();
        ready.await();
        long begin = System.nanoTime();
        long sum = 0;
        for (long i = 0; i < count; i++) {
            long next = there.next();
            there.get(next).fill(i);
            there.publish(next);
            backBarrier.waitFor(i);
            sum += back.get(i).sum();
            backConsumed.set(i);
        }
        double ns = (double) (System.nanoTime() - begin) / count;
        kept = sum;
        answer.join();
        return ns;
    }

    private static double loop(int count, int claim, WaitStrategy waiting) throws Exception {
        return loop(RingBuffer.createSingleProducer(Entry8::new, 65_536, waiting), count, claim, 1);
    }

    /** As perf/Ring: producers on the cores in turn, one of them beside the consumer where there are two. */
    private static double threeProducers(int count) throws Exception {
        return loop(RingBuffer.createMultiProducer(Entry8::new, 65_536, new YieldingWaitStrategy()), count, 1, 3);
    }

    private static double loop(RingBuffer<Entry8> ring, int count, int claim, int producers) throws Exception {
        Sequence consumed = new Sequence();
        ring.addGatingSequences(consumed);
        SequenceBarrier barrier = ring.newBarrier();
        Thread[] threads = startProducers(ring, count / producers, claim, producers);
        long begin = System.nanoTime();
        long sum = 0;
        for (long next = 0; next < count; ) {
            long available = barrier.waitFor(next);
            for (; next <= available; next++) {
                sum += ring.get(next).value;
            }
            consumed.set(next - 1);
        }
        double millions = 1_000.0 * count / (System.nanoTime() - begin);
        kept = sum;
        for (Thread thread : threads) {
            thread.join();
        }
        return millions;
    }

    private static final class Sum implements EventHandler<Entry8> {
        private final long last;
        private long sum;
        private BatchEventProcessor<Entry8> processor;

        Sum(long last) {
            this.last = last;
        }

        @Override
        public void onEvent(Entry8 entry, long sequence, boolean endOfBatch) {
            sum += entry.value;
            if (sequence == last) {
                kept = sum;
                processor.halt();
            }
        }
    }

    private static double processor(int count, int claim, WaitStrategy waiting) throws Exception {
        RingBuffer<Entry8> ring = RingBuffer.createSingleProducer(Entry8::new, 65_536, waiting);
        Sum sum = new Sum(count - 1);
        BatchEventProcessor<Entry8> processor = new BatchEventProcessor<>(ring, ring.newBarrier(), sum);
        sum.processor = processor;
        ring.addGatingSequences(processor.getSequence());
        Thread producer = startProducers(ring, count, claim, 1)[0];
        long begin = System.nanoTime();
        processor.run();
        double millions = 1_000.0 * count / (System.nanoTime() - begin);
        producer.join();
        return millions;
    }

    /** Starts the producers, the first on the other core; they go on together once all run where they should. */
    private static Thread[] startProducers(RingBuffer<Entry8> ring, int count, int claim, int producers)
            throws Exception {
        CountDownLatch ready = new CountDownLatch(producers);
        CountDownLatch go = new CountDownLatch(1);
        Thread[] threads = new Thread[producers];
        for (int p = 0; p < producers; p++) {
            int core = (p + 1) % CORES;
            threads[p] = new Thread(() -> {
                pin(core);
                ready.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                produce(ring, count, claim);
            });
            threads[p].start();
        }
        ready.await();
        go.countDown();
        return threads;
    }

    private static void produce(RingBuffer<Entry8> ring, int count, int claim) {
        if (claim == 1) {
            for (int i = 0; i < count; i++) {
                long s = ring.next();
                ring.get(s).value = s;
                ring.publish(s);
            }
            return;
        }
        for (int i = 0; i < count; i += claim) {
            long high = ring.next(claim);
            for (long s = high - claim + 1; s <= high; s++) {
                ring.get(s).value = s;
            }
            ring.publish(high - claim + 1, high);
        }
    }
}
