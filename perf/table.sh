#!/usr/bin/env bash
# Measures every row of the targets and writes perf/Results/<date>-<machine>.json and the table in README.md.
# About five minutes; give it a quiet machine. Programs run one after the other, each in a process of its own.
set -eu
cd "$(dirname "$0")/.."
out=artifacts/table
mkdir -p "$out"
for project in perf/Ring perf/Benchmarks src/Console; do
  dotnet build "$project" -c Release -v quiet -nologo
done
dotnet run -c Release --no-build --project perf/Ring | tee "$out/ring.txt"
dotnet run -c Release --no-build --project src/Console -- bench --json >"$out/bench.json"
commit=$(git rev-parse --short=10 HEAD 2>/dev/null || echo "not known")
dotnet run -c Release --no-build --project perf/Benchmarks -- --table "$out/ring.txt" "$out/bench.json" "$commit"
