"""NumPy's closed form of 10,000 chains of four constant-product legs: 2x2 products and the best input of each."""
import time

import numpy

CHAINS, LEGS, ROUNDS = 10_000, 4, 40


def main():
    seeded = numpy.random.default_rng(1)
    # A leg is x -> R x / (1 + C x), that is [[R, 0], [C, 1]]; the last one closes the cycle with one percent to gain.
    rate = numpy.exp(seeded.uniform(-3, 3, (CHAINS, LEGS)))
    rate[:, LEGS - 1] = 1.01 / numpy.prod(rate[:, : LEGS - 1], axis=1)
    curvature = numpy.exp(seeded.uniform(-28, -20, (CHAINS, LEGS)))
    matrices = numpy.zeros((LEGS, CHAINS, 2, 2))
    matrices[:, :, 0, 0], matrices[:, :, 1, 0], matrices[:, :, 1, 1] = rate.T, curvature.T, 1
    samples = []
    for _ in range(ROUNDS):
        begin = time.perf_counter_ns()
        product = matrices[0]
        for leg in range(1, LEGS):
            product = numpy.matmul(matrices[leg], product)
        a, c, d = product[:, 0, 0], product[:, 1, 0], product[:, 1, 1]
        best = (numpy.sqrt(a * d) - d) / c
        samples.append((time.perf_counter_ns() - begin) / CHAINS)
    if not (numpy.isfinite(best).all() and (best > 0).all()):
        raise SystemExit("a chain of the peer has nothing to gain")
    samples.sort()
    print(f"{'4-leg chain, NumPy':<50}  min {samples[0]:.2f} med {samples[ROUNDS // 2]:.2f} max {samples[-1]:.2f} ns")


main()
