#!/usr/bin/env bash
# Measures every row of the targets and writes perf/Results/<date>-<machine>.json and the table in README.md.
# About eight minutes; give it a quiet machine. Programs run one after the other, each in a process of its own; peers
# that are installed (perf/Peers/run.sh) run behind the ring, those that are not are named and stay out of the table.
set -euo pipefail
cd "$(dirname "$0")/.."
out=artifacts/table
mkdir -p "$out"
for project in perf/Ring perf/Benchmarks src/Console; do
  dotnet build "$project" -c Release -v quiet -nologo
done
dotnet run -c Release --no-build --project perf/Ring | tee "$out/ring.txt"
perf/Peers/run.sh peers | tee "$out/peers.txt"
# End to end, wire and memory are of the native build; where nothing can link one, of the ordinary build: the line above
# the table says which.
program=artifacts/bin/Console/release/lowlatency
if { command -v clang || command -v gcc; } >/dev/null 2>&1 \
  && dotnet publish src/Console -c Release -v quiet -nologo -p:PublishAot=true; then
  program=artifacts/publish/Console/native/lowlatency
fi
"$program" bench --json >"$out/bench.json"
# What no engine can be below at that rate, right behind it: both are of the same minutes.
"$program" bench --floor 5 --load max 2000 --seconds 2 | tee -a "$out/ring.txt"
# Some 24 events a second come to a signature: the p99 of five seconds would be the second worst of all.
"$program" bench --wire --seconds 20 --json >"$out/wire.json"
# Its last line has the shape of the ring's; without a pseudo terminal it says so and the row stays empty.
perf/Memory/run.sh 10000 20 "$program" | tee -a "$out/ring.txt"
commit=$(git rev-parse --short=10 HEAD 2>/dev/null || echo "not known")
dotnet run -c Release --no-build --project perf/Benchmarks -- --table "$out/ring.txt" "$out/bench.json" \
  "$out/wire.json" "$out/peers.txt" "$commit"
