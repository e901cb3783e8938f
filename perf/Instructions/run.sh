#!/usr/bin/env bash
# Instructions that a replay executes, a frame, by stage and by method: perf/Instructions/run.sh [capture] [pattern]
# Frames are all that a connection brings: messages, answers, requests, openings. Counted by valgrind's callgrind on the
# native build: two runs of one build agree to the last few digits however busy the machine is, so it tells builds apart
# where times cannot. It says nothing of caches, and valgrind knows no AVX-512: what has a way in 512-bit vectors is
# counted in its way without them. With a pattern (awk) every method whose name it matches, without it the first 40.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/../.."
capture=${1:-data/market-small/capture.jsonl.gz}
if [ -n "${1:-}" ]; then capture=$(cd "$here" && realpath -- "$1"); fi
pattern=${2:-}
out=artifacts/instructions
for needed in valgrind strip; do
  command -v "$needed" >/dev/null 2>&1 || { echo "SKIPPED: no $needed (Debian: apt-get install valgrind binutils)"; exit 0; }
done
# The symbols stay in, the debug information goes: valgrind cannot read that of this compiler.
dotnet publish src/Console -c Release -v quiet -nologo -o "$out" -p:PublishAot=true -p:ArtifactsPivots=instructions \
  -p:IlcInstructionSet=x86-64-v3 -p:StripSymbols=false
strip --strip-debug -o "$out/counted" "$out/lowlatency"
valgrind --tool=callgrind --callgrind-out-file="$out/callgrind.out" --compress-strings=no --compress-pos=no \
  --toggle-collect='*FrameDispatcher__Dispatch' --log-file="$out/valgrind.log" \
  "$out/counted" replay "$capture" --json >"$out/replay.json" 2>"$out/replay.log" \
  || { tail -n 1 "$out/replay.log"; echo "FAILED: see also $out/valgrind.log"; exit 1; }
# In the file: a line fn=NAME, behind it lines "position count" of its own; calls=N ... and the line behind it are of
# what it calls. Source: valgrind manual, "Callgrind Format Specification".
awk -v pattern="$pattern" '
  function short(name) {
    sub(/\x27[0-9]+$/, "", name)
    sub(/^LowLatency_Engine_LowLatency_Engine_|^LowLatency_Feeds_LowLatency_Feeds_|^lowlatency_LowLatency_ConsoleHost_/, "", name)
    return name
  }
  /^fn=/ { method = short(substr($0, 4)); next }
  /^cfn=/ { called = short(substr($0, 5)); next }
  /^calls=/ { calls[called] += substr($1, 7); isCall = 1; next }
  /^[0-9+*-]/ && NF >= 2 {
    inclusive[method] += $2
    if (isCall) { isCall = 0; next }
    self[method] += $2
    total += $2
  }
  END {
    frames = calls["Dispatch_FrameDispatcher__Dispatch"]
    if (frames == 0) { print "FAILED: no frame was counted"; exit 1 }
    printf "%d frames, %.0f instructions each\n\n", frames, total / frames
    engine = inclusive["Pipeline_InlineRunner__Publish"]
    printf "%-46s %10s %10s %12s\n", "stage", "a frame", "calls", "a call"
    printf "%-46s %10.0f %10d %12.0f\n", "dispatch and decoding", (total - engine) / frames, frames, (total - engine) / frames
    sort = "sort -k2,2 -n -r"
    for (name in inclusive) {
      if (name !~ /Stage__OnBatch$/ || calls[name] == 0) continue
      printf "%-46s %10.0f %10d %12.0f\n", name, inclusive[name] / frames, calls[name], inclusive[name] / calls[name] | sort
    }
    close(sort)
    printf "\n%10s %10s %10s %12s  %s\n", "self", "a call", "calls", "inclusive", "method, a frame"
    sort = "sort -k1,1 -n -r" (pattern == "" ? " | head -n 40" : "")
    for (name in self) {
      if (pattern != "" && name !~ pattern) continue
      printf "%10.1f %10.1f %10.3f %12.1f  %s\n", self[name] / frames, calls[name] == 0 ? 0 : self[name] / calls[name], \
        calls[name] / frames, inclusive[name] / frames, name | sort
    }
    close(sort)
  }' "$out/callgrind.out"
