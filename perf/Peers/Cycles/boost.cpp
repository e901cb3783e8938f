// Boost.Graph's Bellman-Ford on hub markets of the sizes of HubMarketBenchmark: pools agree within the fee, one is 3 %
// off, so a negative cycle exists. Source: five hubs. Seeded, but not the same market: the shape counts, not the seed.
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/bellman_ford_shortest_paths.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

namespace {

using Graph = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::no_property, boost::property<boost::edge_weight_t, double>>;

void measure(const char* name, int mints, int pools, int rounds) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  Graph graph(mints);
  std::vector<double> price(mints);
  for (double& one : price) one = (uniform(random) - 0.5) * 12;
  const double fee = -std::log(1 - 0.003);
  for (int i = 0; i < pools; i++) {
    int a = i < mints - 1 ? i + 1 : static_cast<int>(random() % mints);
    int hubs = std::min(5, i < mints - 1 ? a : mints);
    int b = static_cast<int>(uniform(random) < 0.7 ? random() % hubs : random() % mints);
    if (a == b) b = (a + 1) % mints;
    double error = i == pools / 2 ? std::log(1.03) : (uniform(random) * 2 - 1) * 0.001;
    boost::add_edge(a, b, price[b] - price[a] - error + fee, graph);
    boost::add_edge(b, a, price[a] - price[b] + error + fee, graph);
  }
  std::vector<double> distance(mints);
  std::vector<size_t> parent(mints);
  std::vector<double> samples;
  for (int round = 0; round < rounds; round++) {
    // Every mint is a source, as in a virtual vertex: the first pass lowers what can be lowered.
    std::fill(distance.begin(), distance.end(), 0.0);
    for (int i = 0; i < mints; i++) parent[i] = i;
    auto begin = std::chrono::steady_clock::now();
    bool none = boost::bellman_ford_shortest_paths(
        graph, mints, boost::weight_map(boost::get(boost::edge_weight, graph))
                          .distance_map(distance.data()).predecessor_map(parent.data()));
    std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - begin;
    if (none) {
      std::fprintf(stderr, "%s: no negative cycle in the peer's graph\n", name);
      return;
    }
    samples.push_back(ns.count());
  }
  std::sort(samples.begin(), samples.end());
  std::printf("%-50s  min %.1f med %.1f max %.1f ns\n", name, samples.front(), samples[samples.size() / 2],
              samples.back());
}

}  // namespace

int main() {
  measure("Mints100Pools600, Boost", 100, 600, 200);
  measure("Mints1kPools10k, Boost", 1000, 10'000, 20);
  return 0;
}
