"""igraph's Bellman-Ford (its C core) on a hub market of 100 mints and 600 pools; the shape of boost.cpp's graphs."""
import math
import random
import time

import igraph

MINTS, POOLS, ROUNDS = 100, 600, 40


def market():
    seeded = random.Random(1)
    price = [(seeded.random() - 0.5) * 12 for _ in range(MINTS)]
    fee = -math.log(1 - 0.003)
    edges, weights = [], []
    for i in range(POOLS):
        a = i + 1 if i < MINTS - 1 else seeded.randrange(MINTS)
        hubs = min(5, a if i < MINTS - 1 else MINTS)
        b = seeded.randrange(hubs) if seeded.random() < 0.7 else seeded.randrange(MINTS)
        if a == b:
            b = (a + 1) % MINTS
        error = math.log(1.03) if i == POOLS // 2 else (seeded.random() * 2 - 1) * 0.001
        edges += [(a, b), (b, a)]
        weights += [price[b] - price[a] - error + fee, price[a] - price[b] + error + fee]
    return igraph.Graph(n=MINTS, edges=edges, directed=True), weights


def main():
    graph, weights = market()
    samples = []
    for _ in range(ROUNDS):
        begin = time.perf_counter_ns()
        try:
            graph.distances(source=0, weights=weights)  # negative weights: Bellman-Ford
        except igraph.InternalError:
            samples.append(time.perf_counter_ns() - begin)
            continue
        raise SystemExit("no negative cycle in the peer's graph")
    samples.sort()
    print(f"{'Mints100Pools600, igraph':<50}  min {samples[0]:.1f} med {samples[ROUNDS // 2]:.1f} "
          f"max {samples[-1]:.1f} ns")


main()
