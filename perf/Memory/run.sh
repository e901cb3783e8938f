#!/usr/bin/env bash
# Resident memory of the engine with the console on: perf/Memory/run.sh [pools] [seconds] [program]
# A generated market (marked as such) is replayed at its own pace under the full-screen console in a pseudo terminal;
# the kernel's VmRSS is read twice a second after every account is known. The last line is the figure.
set -u
cd "$(dirname "$0")/../.."
pools=${1:-10000}
seconds=${2:-30}
out=artifacts/memory
mkdir -p "$out"
for needed in script stty; do
  command -v "$needed" >/dev/null 2>&1 || { echo "SKIPPED: no $needed, so no pseudo terminal"; exit 0; }
done
[ -r /proc/self/status ] || { echo "SKIPPED: no /proc"; exit 0; }

program=${3:-artifacts/bin/Console/release/lowlatency}
[ -x "$program" ] || dotnet build src/Console -c Release -v quiet -nologo || exit 1
slots=$(((seconds + 30) * 5 / 2)) # 0.4 s each
capture=$out/market-${pools}x$slots.llcap
[ -e "$capture" ] || "$program" record --synthetic "${pools}x$slots" --out "$capture" || exit 1
settings="--set maxPools=$((pools + pools / 2)) --set maxMints=$((pools / 2 + 1024)) --set maxAccounts=$((pools * 4))"

rm -f "$out/pid" "$out/rss"
tail -f /dev/null | script -qfc "stty rows 40 cols 120; export TERM=xterm-256color; echo \$\$ >$out/pid; exec $program replay $capture --ui --speed 1x $settings" \
  "$out/screen" >/dev/null &
terminal=$!
for _ in $(seq 100); do [ -s "$out/pid" ] && break; sleep 0.1; done
pid=$(cat "$out/pid")
sleep 10 # every account is told in the first second; the code is compiled
for _ in $(seq $((seconds * 2))); do
  awk '/^VmRSS/ { print $2 }' "/proc/$pid/status" >>"$out/rss" || break
  sleep 0.5
done
awk '/^(VmRSS|RssAnon|RssFile)/' "/proc/$pid/status"
cp "/proc/$pid/smaps" "$out/smaps" 2>/dev/null
kill "$pid" 2>/dev/null
wait "$terminal" 2>/dev/null
[ -s "$out/rss" ] || { echo "FAILED: the run ended before it was measured; see $out/screen"; exit 1; }
if ! grep -aq Pipeline "$out/screen" || grep -aq 'screens failed\|plain lines' "$out/screen"; then
  echo "FAILED: the console was not drawn to the end; see $out/screen"
  exit 1
fi
sort -n "$out/rss" | awk -v pools="$pools" '{ v[NR] = $1 * 1024 } END {
  printf "resident memory, %d pools, console on  min %.0f med %.0f max %.0f B\n", pools, v[1], v[int((NR + 1) / 2)], v[NR] }'
