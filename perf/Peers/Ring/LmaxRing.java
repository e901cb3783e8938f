import com.lmax.disruptor.AlertException;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import com.lmax.disruptor.SequenceBarrier;
import java.util.Arrays;
import java.util.Locale;

/** LMAX Disruptor on the workloads of perf/Ring: same entry sizes, same capacities, both sides spin. */
public final class LmaxRing {
    private static final int TRIPS = 20_000;
    private static final int EVENTS = 4_800_000;
    private static final int REPEATS = 8;
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
        row("round trip 64 B, LMAX", "ns", TRIPS, LmaxRing::roundTrip);
        row("1P1C publish=1 LMAX", "M/s", EVENTS, n -> throughput(n, 1));
        row("1P1C publish=16 LMAX", "M/s", EVENTS, n -> throughput(n, 16));
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
        Thread answer = new Thread(() -> {
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

    private static double throughput(int count, int claim) throws Exception {
        RingBuffer<Entry8> ring = RingBuffer.createSingleProducer(Entry8::new, 65_536, new BusySpinWaitStrategy());
        Sequence consumed = new Sequence();
        ring.addGatingSequences(consumed);
        SequenceBarrier barrier = ring.newBarrier();
        Thread producer = new Thread(() -> {
            for (int i = 0; i < count; i += claim) {
                long high = ring.next(claim);
                for (long s = high - claim + 1; s <= high; s++) {
                    ring.get(s).value = s;
                }
                ring.publish(high - claim + 1, high);
            }
        });
        producer.start();
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
        producer.join();
        return millions;
    }
}
