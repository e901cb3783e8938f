#!/usr/bin/env bash
# Ours and a peer in turns on this machine: perf/Peers/run.sh ring|decode|cycles|signing|chain|all [turns]
# perf/Peers/run.sh peers: only the peers' own lines, once, of what is installed (perf/table.sh puts them beside ours).
# Peers come from Debian and are installed if apt may be used; what is missing is skipped and said so. Only the ratio
# of one run says something: the same minute, the same machine, ours and theirs one after the other, least of all turns.
set -u
cd "$(dirname "$0")/../.."
area=${1:-all}
turns=${2:-3}
out=artifacts/peers
mkdir -p "$out"

need() { # need <Debian package> <file it brings>
  [ -e "$2" ] && return 0
  if [ "$area" != peers ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    { apt-get update && apt-get install -y --no-install-recommends "$1"; } >/dev/null 2>&1
  fi
  [ -e "$2" ] && return 0
  echo "SKIPPED: no $2 (Debian package $1)"
  return 1
}

# Debian's own interpreter: its packages are not seen by one that stands before it on the path.
python=$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)

need_module() { # need_module <Python module>
  "$python" -c "import $1" >/dev/null 2>&1 && return 0
  if [ "$area" != peers ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    { apt-get update && apt-get install -y --no-install-recommends "python3-$1"; } >/dev/null 2>&1
  fi
  "$python" -c "import $1" >/dev/null 2>&1 && return 0
  echo "SKIPPED: $python has no $1 (Debian package python3-$1)"
  return 1
}

need_program() {
  command -v "$1" >/dev/null 2>&1 && return 0
  echo "SKIPPED: no $1"
  return 1
}

ours() { # ours <filter>: the micro-benchmarks whose names contain it
  dotnet run -c Release --no-build --project perf/Benchmarks -- --measure "$1"
}

# Least (ns) or highest (M/s) figure of a row over all turns; rows are "name  min X med Y max Z unit".
best() { # best <file> <text in the name> <unit>
  grep -F -- "$2" "$1" | grep -E " $3( |\$)" | sed -E 's/.*  min ([0-9.]+) .*max ([0-9.]+) .*/\1 \2/; s/.*  min ([0-9.]+) med.*/\1 0/' |
    awk -v unit="$3" '{ v = unit == "ns" ? $1 : $2; if (n++ == 0 || (unit == "ns" ? v < b : v > b)) b = v } END { if (n) print b }'
}

ratio() { # ratio <what> <ours> <peer's name> <theirs> <unit>
  if [ -z "$2" ] || [ -z "$4" ]; then
    printf '%-52s  not measured\n' "$1"
    return
  fi
  awk -v what="$1" -v a="$2" -v peer="$3" -v b="$4" -v unit="$5" 'BEGIN {
    r = unit == "ns" ? b / a : a / b
    printf "%-52s  ours %10.1f   %s %12.1f %s   %.2f x as fast\n", what, a, peer, b, unit, r }'
}

jar=/usr/share/java/disruptor.jar
build_ring() {
  need libdisruptor-java "$jar" && need default-jdk-headless /usr/bin/javac && need_program java &&
    javac -cp "$jar" -d "$out/ring" perf/Peers/Ring/LmaxRing.java
}

build_decode() {
  need libsimdjson-dev /usr/include/simdjson.h && need_program g++ &&
    g++ -O3 -march=native -std=c++17 -o "$out/simdjson" perf/Peers/Decode/simdjson.cpp -lsimdjson
}

build_cycles() {
  need libboost-graph-dev /usr/include/boost/graph/bellman_ford_shortest_paths.hpp && need_program g++ &&
    g++ -O3 -march=native -std=c++17 -o "$out/boost" perf/Peers/Cycles/boost.cpp
}

peers() {
  build_ring && java -cp "$jar:$out/ring" LmaxRing
  build_decode && "$out/simdjson"
  build_cycles && "$out/boost"
  local module
  for module in networkx igraph; do
    need_module "$module" && "$python" "perf/Peers/Cycles/${module}_cycles.py"
  done
  need_module numpy && "$python" perf/Peers/Chain/numpy_chain.py
  return 0
}

ring() {
  build_ring || return 0
  : >"$out/ring.ours"
  : >"$out/ring.peer"
  for _ in $(seq "$turns"); do
    dotnet run -c Release --no-build --project perf/Ring -- --repeats 10 --only "stamp" >>"$out/ring.ours"
    dotnet run -c Release --no-build --project perf/Ring -- --repeats 10 --only "3P1C publish=1" >>"$out/ring.ours"
    java -cp "$jar:$out/ring" LmaxRing >>"$out/ring.peer" || return 0
  done
  local row="LMAX Disruptor"
  ratio "round trip 64 B over two rings" "$(best "$out/ring.ours" "round trip 64 B, stamp in entry" ns)" \
    "$row" "$(best "$out/ring.peer" "round trip" ns)" ns
  ratio "1P1C publish=1" "$(best "$out/ring.ours" "1P1C publish=1, stamp beside" M/s)" \
    "$row" "$(best "$out/ring.peer" "1P1C publish=1 " M/s)" M/s
  ratio "1P1C publish=16" "$(best "$out/ring.ours" "1P1C publish=16, stamp beside" M/s)" \
    "$row" "$(best "$out/ring.peer" "1P1C publish=16 " M/s)" M/s
  ratio "3P1C publish=1" "$(best "$out/ring.ours" "3P1C publish=1 " M/s)" \
    "$row" "$(best "$out/ring.peer" "3P1C publish=1 " M/s)" M/s
}

decode() {
  build_decode || return 0
  : >"$out/decode.ours"
  : >"$out/decode.peer"
  for _ in $(seq "$turns"); do
    ours AccountNotification >>"$out/decode.ours"
    "$out/simdjson" >>"$out/decode.peer"
  done
  local peer
  peer=$(best "$out/decode.peer" "simdjson on demand" ns)
  ratio "accountNotification 1,312 B, known shape" "$(best "$out/decode.ours" "Benchmark.Fast " ns)" simdjson "$peer" ns
  ratio "same, strict path" "$(best "$out/decode.ours" "Benchmark.Strict " ns)" simdjson "$peer" ns
  echo "  of the peer's time, base64 by table: $(best "$out/decode.peer" "base64 by table alone" ns) ns;" \
    "ours alone: $(best "$out/decode.ours" "Benchmark.Base64Only " ns) ns"
}

cycles() {
  build_cycles || return 0
  : >"$out/cycles.ours"
  : >"$out/cycles.peer"
  for _ in $(seq "$turns"); do
    ours HubMarketBenchmark.FirstGlobalCycle >>"$out/cycles.ours"
    "$out/boost" >>"$out/cycles.peer"
  done
  local size
  for size in Mints100Pools600 Mints1kPools10k; do
    ratio "negative-cycle detection, $size" "$(best "$out/cycles.ours" "$size" ns)" \
      "Boost Bellman-Ford" "$(best "$out/cycles.peer" "$size" ns)" ns
  done
  local module
  for module in networkx igraph; do
    need_module "$module" || continue
    "$python" "perf/Peers/Cycles/${module}_cycles.py" >"$out/$module.peer" || continue
    ratio "negative-cycle detection, Mints100Pools600" "$(best "$out/cycles.ours" Mints100Pools600 ns)" \
      "$module" "$(best "$out/$module.peer" Mints100Pools600 ns)" ns
  done
}

chain() {
  need_module numpy || return 0
  : >"$out/chain.ours"
  : >"$out/chain.peer"
  for _ in $(seq "$turns"); do
    ours InputSizerBenchmark.ChainOptimum >>"$out/chain.ours"
    "$python" perf/Peers/Chain/numpy_chain.py >>"$out/chain.peer"
  done
  ratio "closed form of a 4-leg chain" "$(best "$out/chain.ours" ChainOptimum ns)" \
    "NumPy, 10,000 at once" "$(best "$out/chain.peer" "4-leg chain" ns)" ns
}

# What targets.md names and nothing here measures yet: said, so that nobody takes the silence for a result.
absent() {
  echo "NOT THERE YET: nanoflann and FAISS (8-D neighbours), NumPy over complex layers (optics): this repository has no"
  echo "  such kernels. rustworkx, petgraph, absl, hashbrown and Orca's Rust core are not Debian packages: the figures"
  echo "  in the README's peer column were measured on 2026-11-20 on a machine of the same kind."
}

signing() { # the peer is the C library's own function, called in the same program: see Ed25519Bench
  ours Ed25519Bench.Sign >"$out/signing.ours"
  for library in Sodium OpenSsl; do
    ratio "sign 700 B, our call of $library" "$(best "$out/signing.ours" "Sign(Library=$library)" ns)" \
      "bare call" "$(best "$out/signing.ours" "SignBare(Library=$library)" ns)" ns
  done
}

case "$area" in
  ring | decode | cycles | signing | chain | peers | all) ;;
  *)
    echo "usage: perf/Peers/run.sh ring|decode|cycles|signing|chain|peers|all [turns]" >&2
    exit 2
    ;;
esac
if [ "$area" = peers ]; then
  peers
  exit 0
fi
for project in perf/Ring perf/Benchmarks; do
  dotnet build "$project" -c Release -v quiet -nologo || exit 1
done
if [ "$area" = all ]; then
  for one in ring decode cycles signing chain absent; do "$one"; done
else
  "$area"
fi
