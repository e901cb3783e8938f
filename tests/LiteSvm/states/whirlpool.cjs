// Orca Whirlpool: pools written from nothing: ladders anywhere between the price bounds, fixed, dynamic and missing
// arrays, rewards, static and adaptive fees of any constants the program allows.
const v = require("./vm.cjs");
const t = require("./ticks.cjs");

const SWAP = "f8c69e91e17587c8";
const SWAP_V2 = "2b04ed0b1ac91e62";
const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";

function fixedArray(state, pool, start, spacing, random) {
  const b = Buffer.alloc(9988);
  Buffer.from("4561bdbe6e0742bb", "hex").copy(b);
  v.write(b, 8, 4, start);
  v.key(pool).copy(b, 9956);
  for (let i = 0; i < 88; i++) {
    const tick = state.ticks.get(start + i * spacing);
    if (!tick) continue;
    const at = 12 + 113 * i;
    b[at] = 1;
    writeTick(b, at + 1, tick, random);
  }
  return b;
}
function writeTick(b, at, tick, random) {
  v.write(b, at, 16, tick.net);
  v.write(b, at + 16, 16, tick.gross);
  for (let o = 32; o < 112; o += 16) v.write(b, at + o, 16, random.pick([0n, random.bits(64), random.bits(128)]));
}
function dynamicArray(state, pool, start, spacing, random) {
  const parts = [];
  let bits = 0n;
  for (let i = 0; i < 88; i++) {
    const tick = state.ticks.get(start + i * spacing);
    const b = Buffer.alloc(tick ? 113 : 1);
    if (tick) {
      b[0] = 1;
      writeTick(b, 1, tick, random);
      bits |= 1n << BigInt(i);
    }
    parts.push(b);
  }
  const head = Buffer.alloc(60);
  Buffer.from("11d8f68ee1c7da38", "hex").copy(head);
  v.write(head, 8, 4, start);
  v.key(pool).copy(head, 12);
  v.write(head, 44, 16, bits);
  return Buffer.concat([head, ...parts]);
}

function oracle(random, pool, spacing, current, now) {
  const b = Buffer.alloc(254);
  Buffer.from("8bc283b38cb3e5f4", "hex").copy(b);
  v.key(pool).copy(b, 8);
  v.write(b, 40, 8, random.pick([0, 0, 0, 0, now, now + 1, now - 1]));
  const filter = random.pick([1, 10, 30, 60]);
  const sizes = [1, 2, 4, 8, 16, 32, 64, 128].filter((s) => spacing % s === 0);
  const group = random.chance(1, 2) ? spacing : random.pick(sizes);
  const limit = Math.min(Math.floor(4294967295 / group), 4294967295);
  const most = Math.min(limit, random.pick([0, 10000, 88 * 3 * 10000, 350000, random.below(2000000), limit]));
  const values = [[48, 2, filter], [50, 2, filter + random.pick([1, 50, 90, 600])],
    [52, 2, random.pick([0, 500, 5000, 9999])], [54, 4, random.pick([0, 100, 4000, 99999, random.below(100000)])],
    [58, 4, most], [62, 2, group], [64, 2, random.between(1, Math.min(spacing * 88, 65535))],
    [82, 8, random.pick([0, now, now - 5, now - 10, now - 30, now - 61, now - 100, now - 3600, now - 3601, now + 5])],
    [90, 8, random.pick([0, now, now - 5, now - 10, now - 30, now - 61, now - 100, now - 3601, now + 5])],
    [98, 4, random.pick([0, most, random.below(most + 1)])],
    [102, 4, v.clamp(Math.floor(current / group) + random.pick([0, 0, 1, -1, random.between(-50, 50)]),
      Math.floor(t.MIN_TICK / group), Math.floor(t.MAX_TICK / group))],
    [106, 4, random.pick([0, most, random.below(most + 1)])]];
  for (const [at, size, value] of values) v.write(b, at, size, value);
  return b;
}

async function make(random, vectors, id) {
  const base = { ...random.pick(vectors.pools) };
  const accounts = v.accountsOf(base);
  const pool = accounts[base.pool].bytes;
  for (const [a, x] of Object.entries(accounts)) if (x.owner === vectors.program_id) delete accounts[a];
  const now = Number(base.clock.unix_timestamp);
  const spacing = random.pick([1, 1, 2, 4, 8, 16, 64, 64, 96, 128, 256, 512, 32896]);
  const state = t.ladder(random, spacing, t.whirlpoolPrice);
  const adaptive = random.chance(1, 2);
  const fields = [[41, 2, spacing], [43, 2, adaptive ? 1024 + random.below(100) : spacing],
    [45, 2, random.pick([0, 1, 100, 300, 2500, 10000, 60000, random.below(60001)])],
    [47, 2, random.pick([0, 300, 1300, 2500, random.below(2501)])], [49, 16, state.active], [65, 16, state.price],
    [81, 4, state.current], [85, 8, random.magnitude(40)], [93, 8, random.magnitude(40)],
    [165, 16, random.magnitude(100)], [245, 16, random.magnitude(100)],
    [261, 8, now - random.pick([0, 1, 100, 100000])]];
  for (const [at, size, value] of fields) v.write(pool, at, size, value);
  for (let r = 0; r < 3; r++) {
    const at = 269 + 128 * r;
    pool.fill(0, at, at + 128);
    if (!random.chance(1, 2)) continue;
    v.key(random.key()).copy(pool, at);
    v.key(random.key()).copy(pool, at + 32);
    v.write(pool, at + 96, 16, random.pick([0n, random.bits(64), random.magnitude(100), random.magnitude(128)]));
    v.write(pool, at + 112, 16, random.pick([0n, random.bits(128)]));
  }
  const mints = [v.addressAt(pool, 101), v.addressAt(pool, 181)];
  const vaults = [v.addressAt(pool, 133), v.addressAt(pool, 213)];
  tokens(random, accounts, mints, vaults, BigInt(base.clock.epoch));
  const [address, bump] = await v.pdaAndBump(vectors.program_id,
    ["whirlpool", pool.subarray(8, 40), pool.subarray(101, 133), pool.subarray(181, 213), pool.subarray(43, 45)]);
  base.pool = address;
  pool[40] = bump;
  accounts[address] = { owner: vectors.program_id, lamports: "5400000", bytes: pool };
  for (const vault of vaults) v.key(address).copy(accounts[vault].bytes, 32);
  const oracleAddress = await v.pda(vectors.program_id, ["oracle", v.key(base.pool)]);
  if (adaptive) accounts[oracleAddress] = {
    owner: vectors.program_id, lamports: "3000000", bytes: oracle(random, base.pool, spacing, state.current, now),
  };
  const size = 88 * spacing;
  const first = Math.floor(state.current / size) * size;
  const starts = new Set([...state.ticks.keys()].map((tick) => Math.floor(tick / size) * size));
  const has = new Set(starts);
  for (let i = -4; i <= 4; i++) if (random.chance(1, 2)) has.add(first + i * size);
  const arrays = new Map();
  for (let i = -6; i <= 6; i++) starts.add(first + i * size);
  for (const start of starts) {
    if (start + size <= t.MIN_TICK || start > t.MAX_TICK) continue;
    const address = await v.pda(vectors.program_id, ["tick_array", v.key(base.pool), start.toString()]);
    arrays.set(start, address);
    if (!has.has(start)) continue;
    const write = random.chance(1, 2) ? fixedArray : dynamicArray;
    accounts[address] = {
      owner: vectors.program_id, lamports: "70000000", bytes: write(state, base.pool, start, spacing, random),
    };
  }
  return { id, base, accounts, state, arrays, size, mints, vaults, adaptive, oracle: oracleAddress, spacing };
}

// Some mints get transfer fees; vaults hold anything from little to nearly all there can be.
function tokens(random, accounts, mints, vaults, epoch) {
  for (let side = 0; side < 2; side++) {
    if (random.chance(1, 4)) {
      accounts[mints[side]] = v.toFeeMint(random, accounts[mints[side]], epoch);
      accounts[vaults[side]] = v.toFeeVault(random, accounts[vaults[side]]);
    }
    v.setVault(accounts[vaults[side]],
      random.pick([1n << 62n, 1n << 62n, 1n << 50n, random.magnitude(63), (1n << 63n) - 1n]));
  }
}

function instruction(random, user, p, template, pick, aToB) {
  const { amount, threshold, limit, exactIn } = pick;
  const owner = (i) => p.accounts[p.mints[i]].owner;
  const isV2 = owner(0) === v.TOKEN_2022 || owner(1) === v.TOKEN_2022 || random.chance(1, 2);
  const current = Number(v.readSigned(p.accounts[p.base.pool].bytes, 81, 4));
  const at = Math.floor((current + (aToB ? 0 : p.spacing)) / p.size) * p.size;
  const near = [0, 1, 2, 3, 4, 5].map((i) => p.arrays.get(at + (aToB ? -1 : 1) * i * p.size)).filter(Boolean);
  if (near.length === 0) near.push([...p.arrays.values()][0]);
  let named = [0, 1, 2].map((i) => near[Math.min(i, near.length - 1)]);
  if (random.chance(1, 15)) named = named.reverse();
  if (random.chance(1, 15)) named[random.below(3)] = random.pick([...p.arrays.values()]);
  const more = isV2 && random.chance(1, 3) ? near.slice(3, 3 + random.between(1, 3)) : [];
  const [a, b] = aToB ? [template.input, template.output] : [template.output, template.input];
  const data = Buffer.alloc(42);
  Buffer.from(isV2 ? SWAP_V2 : SWAP, "hex").copy(data);
  v.write(data, 8, 8, amount);
  v.write(data, 16, 8, threshold);
  v.write(data, 24, 16, limit);
  data[40] = exactIn ? 1 : 0;
  data[41] = aToB ? 1 : 0;
  const tail = !isV2 ? [] : more.length === 0 ? [0] : [1, 1, 0, 0, 0, 6, more.length];
  const pool = p.base.pool;
  const accounts = isV2
    ? [[owner(0), ""], [owner(1), ""], [MEMO, ""], [user, "s"], [pool, "w"], [p.mints[0], ""], [p.mints[1], ""],
      [a, "w"], [p.vaults[0], "w"], [b, "w"], [p.vaults[1], "w"], ...named.map((x) => [x, "w"]), [p.oracle, "w"],
      ...more.map((x) => [x, "w"])]
    : [[v.TOKEN, ""], [user, "s"], [pool, "w"], [a, "w"], [p.vaults[0], "w"], [b, "w"], [p.vaults[1], "w"],
      ...named.map((x) => [x, "w"]), [p.oracle, p.adaptive ? "w" : ""]];
  return {
    name: isV2 ? "swap_v2" : "swap",
    ix: {
      program_id: template.program, accounts,
      data: Buffer.concat([data, Buffer.from(tail)]).toString("hex"),
    },
  };
}

module.exports = {
  make, instruction, tokens, limitMember: "sqrt_price_limit", directions: ["a_to_b", "b_to_a"],
  priceAt: t.whirlpoolPrice, priceOffset: 65, currentOffset: 81, liquidityOffset: 49,
};
