// Raydium CLMM (the program of April 2024): pools written from nothing: ladders anywhere between the price bounds, the
// bitmap and its extension on both sides, running and ended rewards, fees and statuses of any kind.
const v = require("./vm.cjs");
const t = require("./ticks.cjs");
const { tokens } = require("./whirlpool.cjs");

const SWAP = "f8c69e91e17587c8";
const SWAP_V2 = "2b04ed0b1ac91e62";
const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
const WORD = 512; // arrays that one row of a bitmap knows

function arrayBytes(state, pool, start, spacing, random) {
  const b = Buffer.alloc(10240);
  Buffer.from("c09b55cd31f9812a", "hex").copy(b);
  v.key(pool).copy(b, 8);
  v.write(b, 40, 4, start);
  let count = 0;
  for (let i = 0; i < 60; i++) {
    const tick = state.ticks.get(start + i * spacing);
    if (!tick) continue;
    const at = 44 + 168 * i;
    v.write(b, at, 4, start + i * spacing);
    v.write(b, at + 4, 16, tick.net);
    v.write(b, at + 20, 16, tick.gross);
    // Growth outside a tick is never above that of the pool: the program's difference panics.
    for (let i = 0; i < 5; i++) {
      const most = state.growth[i];
      v.write(b, at + 36 + 16 * i, 16, random.pick([0n, most, random.bits(128) % (most + 1n)]));
    }
    count++;
  }
  b[10124] = count;
  return b;
}

function setBit(b, at, bit) { b[at + (bit >> 3)] |= 1 << (bit & 7); }
function mark(pool, extension, start, size) {
  const index = Math.floor(start / size);
  if (index >= -WORD && index < WORD) return setBit(pool, 904, index + WORD);
  if (index >= WORD) return setBit(extension, 40 + 64 * (Math.floor(index / WORD) - 1), index % WORD);
  const row = Math.floor((-index - 1) / WORD) - 1;
  return setBit(extension, 936 + 64 * row, ((index % WORD) + WORD) % WORD);
}

function rewards(random, pool, now) {
  for (let r = 0; r < 3; r++) {
    const at = 397 + 169 * r;
    pool.fill(0, at, at + 169);
    if (!random.chance(1, 3)) continue;
    const end = now + random.pick([-100, 0, 10, 100000]);
    v.write(pool, at, 1, random.pick([1, 2, 3]));
    v.write(pool, at + 1, 8, now - random.pick([100000, 200, -50]));
    v.write(pool, at + 9, 8, end);
    v.write(pool, at + 17, 8, Math.min(end, now - random.pick([0, 1, 60, 100000])));
    v.write(pool, at + 25, 16, random.pick([random.bits(64), random.magnitude(80), random.magnitude(90)]));
    v.write(pool, at + 41, 8, random.magnitude(40));
    v.key(random.key()).copy(pool, at + 57);
    v.key(random.key()).copy(pool, at + 89);
    v.write(pool, at + 153, 16, random.pick([0n, random.bits(127)]));
  }
}

async function make(random, vectors, id) {
  const base = random.pick(vectors.pools);
  const accounts = v.accountsOf(base);
  const pool = accounts[base.pool].bytes;
  const config = v.addressAt(pool, 9);
  const observation = v.addressAt(pool, 201);
  for (const [a, x] of Object.entries(accounts))
    if (x.owner === vectors.program_id && ![base.pool, config, observation].includes(a)) delete accounts[a];
  const now = Number(base.clock.unix_timestamp);
  const spacing = random.pick([1, 1, 2, 5, 10, 10, 60, 60, 120, 240]);
  const state = t.ladder(random, spacing, t.raydiumPrice);
  const fields = [[235, 2, spacing], [237, 16, state.active], [253, 16, state.price], [269, 4, state.current],
    [277, 16, random.magnitude(100)], [293, 16, random.magnitude(100)], [309, 8, random.magnitude(40)],
    [317, 8, random.magnitude(40)], [389, 1, random.chance(1, 25) ? random.pick([16, 15, 31, 255]) : 0],
    [1064, 8, random.magnitude(40)], [1072, 8, random.magnitude(40)],
    [1080, 8, random.chance(1, 25) ? now + random.pick([0, 5, 100]) : 0]];
  for (const [at, size, value] of fields) v.write(pool, at, size, value);
  pool.fill(0, 904, 1032);
  rewards(random, pool, now);
  state.growth = [277, 293, 550, 719, 888].map((at) => v.read(pool, at, 16));
  const settings = accounts[config].bytes;
  const share = random.pick([0, 120000, 250000, random.below(960001)]);
  const rates = [[43, share], [47, random.pick([0, 1, 100, 500, 2500, 10000, 40000, random.below(1000000)])],
    [53, random.pick([0, 40000, random.below(1000001 - share)])]];
  for (const [at, value] of rates) v.write(settings, at, 4, value);
  v.write(settings, 51, 2, spacing);
  const mints = [v.addressAt(pool, 73), v.addressAt(pool, 105)];
  const vaults = [v.addressAt(pool, 137), v.addressAt(pool, 169)];
  tokens(random, accounts, mints, vaults, BigInt(base.clock.epoch));
  const size = 60 * spacing;
  const extension = Buffer.alloc(1832);
  Buffer.from("3c9624db61808b99", "hex").copy(extension);
  v.key(base.pool).copy(extension, 8);
  const arrays = new Map();
  for (const tick of state.ticks.keys()) {
    const start = Math.floor(tick / size) * size;
    if (arrays.has(start)) continue;
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(start);
    const address = await v.pda(vectors.program_id, ["tick_array", v.key(base.pool), bytes]);
    arrays.set(start, address);
    mark(pool, extension, start, size);
    accounts[address] = {
      owner: vectors.program_id, lamports: "70000000", bytes: arrayBytes(state, base.pool, start, spacing, random),
    };
  }
  const extensionAddress = await v.pda(vectors.program_id, ["pool_tick_array_bitmap_extension", v.key(base.pool)]);
  accounts[extensionAddress] = { owner: vectors.program_id, lamports: "14000000", bytes: extension };
  return { id, base, accounts, state, arrays, size, mints, vaults, config, observation, extensionAddress, spacing };
}

function instruction(random, user, p, template, pick, zeroForOne) {
  const owner = (i) => p.accounts[p.mints[i]].owner;
  const isV2 = owner(0) === v.TOKEN_2022 || owner(1) === v.TOKEN_2022 || random.chance(1, 2);
  const current = Number(v.readSigned(p.accounts[p.base.pool].bytes, 269, 4));
  const at = Math.floor(current / p.size) * p.size;
  let way = [...p.arrays.keys()].filter((s) => (zeroForOne ? s <= at : s >= at)).sort((a, b) => a - b);
  if (zeroForOne) way.reverse();
  if (random.chance(1, 12)) way = way.slice(0, random.between(1, 2));
  if (random.chance(1, 20)) way = way.slice(1);
  if (way.length > 1 && random.chance(1, 20)) way.splice(1, 1);
  let named = way.slice(0, 12).map((s) => p.arrays.get(s));
  if (!isV2 && named.length === 0) named = [[...p.arrays.values()][0]];
  const [i, o] = zeroForOne ? [0, 1] : [1, 0];
  const data = Buffer.alloc(41);
  Buffer.from(isV2 ? SWAP_V2 : SWAP, "hex").copy(data);
  v.write(data, 8, 8, pick.amount);
  v.write(data, 16, 8, pick.threshold);
  v.write(data, 24, 16, pick.limit);
  data[40] = pick.exactIn ? 1 : 0;
  const extension = random.chance(1, 25) ? [] : [[p.extensionAddress, "w"]];
  const head = [[user, "s"], [p.config, ""], [p.base.pool, "w"], [template.input, "w"], [template.output, "w"],
    [p.vaults[i], "w"], [p.vaults[o], "w"], [p.observation, "w"], [v.TOKEN, ""]];
  const list = named.map((x) => [x, "w"]);
  const accounts = isV2
    ? [...head, [v.TOKEN_2022, ""], [MEMO, ""], [p.mints[i], ""], [p.mints[o], ""], ...extension, ...list]
    : [...head, list[0], ...extension, ...list.slice(1)];
  return {
    name: isV2 ? "swap_v2" : "swap",
    ix: { program_id: template.program, accounts, data: data.toString("hex") },
  };
}

module.exports = {
  make, instruction, limitMember: "sqrt_price_limit_x64", directions: ["0_to_1", "1_to_0"], priceAt: t.raydiumPrice,
  priceOffset: 253, currentOffset: 269, liquidityOffset: 237,
};
