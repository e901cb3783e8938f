// Prices at ticks as the two programs have them, and random ladders of positions for both.
const { fs, path, clamp } = require("./vm.cjs");

const MIN_TICK = -443636;
const MAX_TICK = 443636;
const Q64 = 1n << 64n;
const source = (name) => fs.readFileSync(
  path.join(__dirname, "../../../src/Engine/Venues/Math", name), "utf8");

// The factors of the chains are facts of the programs; they stand once, in the engine.
function list(text, name) {
  const body = text.slice(text.indexOf(`${name} =`)).match(/\[([^\]]*)\]/)[1];
  return [...body.matchAll(/new\(([^,]+),\s*([^)]+)\)|(0x[0-9A-Fa-f]+|\d{3,})/g)].map((m) =>
    m[3] ? BigInt(m[3]) : (BigInt(m[1]) << 64n) | BigInt(m[2]));
}
const whirlpoolText = source("WhirlpoolTickMath.cs");
const positive = list(whirlpoolText, "PositiveFactors");
const negative = list(whirlpoolText, "NegativeFactors");
const raydium = list(source("RaydiumTickMath.cs"), "Factors");

function chain(factors, one, shift, magnitude) {
  let ratio = one;
  factors.forEach((factor, bit) => {
    if ((magnitude >> bit) & 1) ratio = bit === 0 ? factor : (ratio * factor) >> shift;
  });
  return ratio;
}
const whirlpoolPrice = (tick) => (tick >= 0 ? chain(positive, 1n << 96n, 96n, tick) >> 32n
  : chain(negative, Q64, 64n, -tick));
function raydiumPrice(tick) {
  const ratio = chain(raydium, Q64, 64n, Math.abs(tick));
  return tick > 0 ? ((1n << 128n) - 1n) / ratio : ratio;
}

// Positions around a tick: { current, price, active, ticks: Map(tick -> { net, gross }) }.
function ladder(random, spacing, priceAt) {
  const low = Math.ceil(MIN_TICK / spacing) * spacing;
  const high = Math.floor(MAX_TICK / spacing) * spacing;
  const center = random.pick([random.between(-2000, 2000), random.between(-60000, 60000),
    random.between(MIN_TICK + 1, MAX_TICK - 1), random.between(-2, 2) * spacing * 88,
    MIN_TICK + random.below(4 * spacing + 40), MAX_TICK - 1 - random.below(4 * spacing + 40)]);
  const full = high - low <= 2 * spacing;
  const ticks = new Map();
  const spans = [];
  const scale = random.pick([20, 30, 36, 36, 40, 40, 44, 44, 50, 50, 60, 64, 90, 110]);
  const fit = (t) => clamp(Math.round(t / spacing) * spacing, low, high);
  const count = random.between(1, random.pick([1, 3, 8, 20]));
  for (let i = 0; i < count; i++) {
    const reach = Math.ceil(spacing * Math.exp(random.below(1000) / 1000 * Math.log(random.pick([3, 100, 400, 4000]))));
    let a = fit(center + random.between(-reach, reach));
    let b = fit(center + random.between(-reach, reach));
    if (full || random.chance(1, 12)) [a, b] = [low, high];
    if (a === b) b = a + spacing > high ? a - spacing : a + spacing;
    if (a > b) [a, b] = [b, a];
    const liquidity = random.chance(1, 10) ? random.magnitude(scale) + 1n : random.bits(scale) + 1n;
    spans.push({ a, b, liquidity });
    for (const [tick, net] of [[a, liquidity], [b, -liquidity]]) {
      const t = ticks.get(tick) || { net: 0n, gross: 0n };
      ticks.set(tick, { net: t.net + net, gross: t.gross + liquidity });
    }
  }
  // Within a tick, at one, or just below one after it was crossed downwards.
  const from = random.chance(1, 3) ? random.pick([...ticks.keys()]) : center;
  let current = clamp(from, MIN_TICK, MAX_TICK - 1);
  let price = priceAt(current);
  const where = random.below(4);
  if (where === 0) current = Math.max(current - 1, MIN_TICK); // price is the tick's, the tick is crossed
  else if (where > 1) price += (priceAt(current + 1) - price) * BigInt(random.below(1000)) / 1000n;
  let active = 0n;
  for (const s of spans) if (s.a <= current && current < s.b) active += s.liquidity;
  const largest = spans.reduce((m, s) => (s.liquidity > m ? s.liquidity : m), 1n);
  return { spacing, current, price, active, ticks, largest };
}

// An amount that moves the price to about where another tick is.
function amountTo(random, state, priceAt, inputIsA, ofInput) {
  const { price } = state;
  const steps = random.pick([1, 3, 10, 100, 1000]) * state.spacing;
  const down = inputIsA;
  const tick = clamp(state.current + (down ? -1 : 1) * random.below(steps + 1), MIN_TICK, MAX_TICK);
  const target = priceAt(tick);
  const liquidity = state.active || state.largest;
  const [p0, p1] = target < price ? [target, price] : [price, target];
  const amountA = p1 === p0 ? 0n : (liquidity * (p1 - p0) * Q64) / (p0 * p1);
  const amountB = (liquidity * (p1 - p0)) / Q64;
  return inputIsA === ofInput ? amountA : amountB;
}

module.exports = { MIN_TICK, MAX_TICK, whirlpoolPrice, raydiumPrice, ladder, amountTo };
