// Meteora DLMM: pairs written from nothing: bins anywhere between the bounds, the bitmap and its extension on both
// sides, gaps, orders, rewards, fees of any mode and age, growth of fees at the end of its integer.
const v = require("./vm.cjs");
const { tokens } = require("./whirlpool.cjs");

const MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
const EVENTS = "D1ZN9Wj1fRSUQfCjhvnu1hqDMT7hzjzBBpi12nVniYD6";
const NAMES = {
  swap: "f8c69e91e17587c8", swap2: "414b3f4ceb5b5b88", swap_exact_out: "fa49652126cf4bb8",
  swap_exact_out2: "2bd7f784893cf351", swap_with_price_impact2: "4a62c0d6b1334b33",
};
const ROW = 512;

// The program's price of a bin, Q64.64.
function price(step, id) {
  let square = v.M128 / ((1n << 64n) + (BigInt(step) << 64n) / 10000n);
  let result = 1n << 64n;
  for (let rest = Math.abs(id); rest !== 0; rest >>= 1) {
    if (rest & 1) result = (result * square) >> 64n;
    square = (square * square) >> 64n;
  }
  return id > 0 ? v.M128 / result : result;
}
const priceOf = (step, id) => Math.exp(id * Math.log(1 + step / 1e4));
const toX64 = (x) => BigInt(Math.round(x * 2 ** 20)) << 44n;

function bin(random, p, id) {
  const b = Buffer.alloc(144);
  const scale = random.pick([p.scale, p.scale, p.scale, 2, Math.min(p.scale + 6, 56)]);
  const sellsX = id > p.active || (id === p.active && random.chance(2, 3));
  const sellsY = id < p.active || (id === p.active && random.chance(2, 3));
  const x = sellsX && random.chance(4, 5) ? random.bits(scale) : 0n;
  const y = sellsY && random.chance(4, 5) ? random.bits(scale) : 0n;
  v.write(b, 0, 8, x);
  v.write(b, 8, 8, y);
  v.write(b, 16, 16, price(p.step, id));
  let shares = toX64(Math.min(priceOf(p.step, id) * Number(x), 2 ** 60)) + (y << 64n);
  if (random.chance(1, 10)) shares = random.pick([1n << 64n, 1n << 63n, random.magnitude(126)]);
  v.write(b, 32, 16, v.clamp(shares, 0n, v.M128));
  for (const at of [80, 96])
    v.write(b, at, 16, random.pick([0n, random.bits(100), p.atEnd ? v.M128 - random.magnitude(80) : 0n]));
  if (p.orders && random.chance(1, 3)) {
    const ask = id > p.active || (id === p.active && random.chance(1, 2));
    const total = random.chance(1, 2) ? random.bits(scale) : 0n;
    const fields = [[48, 8, random.magnitude(50)], [56, 8, random.magnitude(50)], [64, 8, random.magnitude(40)],
      [72, 8, random.magnitude(40)], [112, 8, random.chance(2, 3) ? random.bits(scale) : 0n], [120, 8, total],
      [128, 8, total === 0n ? 0n : random.bits(64) % (total + 1n)], [136, 4, random.magnitude(20)],
      [140, 1, ask ? 1 : 0]];
    for (const [at, size, value] of fields) v.write(b, at, size, value);
  } else if (!p.orders) {
    v.write(b, 48, 16, random.pick([0n, random.bits(100), p.atEnd ? v.M128 - random.magnitude(90) : 0n]));
    v.write(b, 64, 16, random.pick([0n, random.bits(100)]));
    v.write(b, 112, 16, random.magnitude(80));
    v.write(b, 128, 16, random.magnitude(80));
  }
  return b;
}
const holds = (b) => v.read(b, 32, 16) !== 0n || v.read(b, 112, 8) !== 0n || v.read(b, 128, 8) !== 0n;

function mark(pair, extension, index) {
  const set = (b, at, bit) => { b[at + (bit >> 3)] |= 1 << (bit & 7); };
  if (index >= -ROW && index < ROW) return set(pair, 584, index + ROW);
  const positive = index >= ROW;
  const offset = positive ? index : -index - 1;
  return set(extension, (positive ? 40 : 808) + 64 * (Math.floor(offset / ROW) - 1), offset % ROW);
}

function parameters(random, pair, p, now) {
  const filter = random.pick([0, 10, 30, 300]);
  const most = random.pick([0, 50000, 150000, 350000, random.below(1000000)]);
  const fields = [[8, 2, random.pick([0, 1, 1000, 5000, 10000, 20000, random.below(65536)])], [10, 2, filter],
    [12, 2, filter + random.pick([1, 50, 600, 1200])], [14, 2, random.pick([0, 500, 5000, 9999, 10000])],
    [16, 4, random.pick([0, 7500, 40000, 120000, 500000, random.below(16777215)])], [20, 4, most],
    [24, 4, -p.bound], [28, 4, p.bound], [32, 2, random.pick([0, 500, 1000, 2000, 2500])],
    [34, 1, random.pick([0, 0, 0, 1, 2])], [35, 1, p.orders ? random.pick([0, 2, 2]) : 1],
    [36, 1, random.pick([0, 0, 1])], [40, 4, random.pick([0, most, random.below(most + 1)])],
    [44, 4, random.pick([0, most, random.below(most + 1)])],
    [48, 4, p.active + random.pick([0, 0, 1, -1, random.between(-40, 40)])],
    [56, 8, now - random.pick([0, 1, 5, 9, 10, 29, 30, 31, 60, 299, 300, 601, 2000, 100000])], [76, 4, p.active],
    [80, 2, p.step], [82, 1, random.chance(1, 30) ? 1 : 0], [216, 8, random.magnitude(50)],
    [224, 8, random.magnitude(50)]];
  for (const [at, size, value] of fields) v.write(pair, at, size, value);
  if (random.chance(1, 12)) {
    const bySlot = random.chance(1, 2);
    v.write(pair, 86, 1, bySlot ? 0 : 1);
    v.write(pair, 816, 8, (bySlot ? 400000000 : now) + random.pick([-10, 0, 1, 100]));
  }
  for (let r = 0; r < 2; r++) {
    const at = 264 + 144 * r;
    pair.fill(0, at, at + 144);
    if (p.orders || !random.chance(1, 2)) continue;
    v.key(random.key()).copy(pair, at);
    v.key(random.key()).copy(pair, at + 32);
    v.write(pair, at + 96, 8, 604800);
    const end = now + random.pick([-100, 0, 30, 100000]);
    v.write(pair, at + 104, 8, end);
    v.write(pair, at + 112, 16, random.pick([0n, random.bits(70), random.magnitude(110)]));
    if (random.chance(1, 4)) pair[35] = 0; // undetermined: the reward decides
    v.write(pair, at + 128, 8, Math.min(end, now - random.pick([0, 1, 60, 100000])));
  }
}

async function make(random, vectors, id) {
  const base = random.pick(vectors.pools);
  const accounts = v.accountsOf(base);
  const pair = accounts[base.pool].bytes;
  const oracle = v.addressAt(pair, 552);
  for (const [a, x] of Object.entries(accounts))
    if (x.owner === vectors.program_id && ![base.pool, oracle].includes(a)) delete accounts[a];
  const now = Number(base.clock.unix_timestamp);
  const step = random.pick([1, 2, 4, 5, 8, 10, 10, 15, 20, 25, 50, 80, 100, 125, 160, 200, 250, 400]);
  const bound = Math.floor(43.668 / Math.log(1 + step / 1e4));
  const wide = Math.min(bound - 200, 70 * ROW + random.between(-300, 300));
  const active = v.clamp(random.pick([random.between(-100, 100), random.between(-bound, bound), wide, -wide,
    70 * random.between(-30, 30) + random.pick([0, 69, 1, -1]), bound - random.below(80), -bound + random.below(80)]),
    -bound, bound);
  const p = {
    step, bound, active, scale: random.pick([8, 24, 34, 40, 40, 46, 54]), orders: random.chance(1, 2),
    atEnd: random.chance(1, 10),
  };
  parameters(random, pair, p, now);
  pair.fill(0, 584, 712);
  const extension = Buffer.alloc(1576);
  Buffer.from("506f7c7137ed1205", "hex").copy(extension);
  v.key(base.pool).copy(extension, 8);
  const home = Math.floor(active / 70);
  const span = random.pick([0, 1, 2, 4]);
  const density = random.pick([1, 1, 2, 3, 10, 40]);
  const arrays = new Map();
  for (let i = -span - 1; i <= span + 1; i++) {
    const far = random.chance(1, 8) ? random.between(-40, 40) : 0;
    const index = home + i + far;
    if (arrays.has(index) || index * 70 > bound || index * 70 + 69 < -bound) continue;
    if (i !== 0 && random.chance(1, 6)) continue;
    const b = Buffer.alloc(10136);
    Buffer.from("5c8e5cdc059446b5", "hex").copy(b);
    v.write(b, 8, 8, index);
    b[16] = random.pick([0, 1, 1]);
    v.key(base.pool).copy(b, 24);
    let any = false;
    for (let k = 0; k < 70; k++) {
      const binId = index * 70 + k;
      if (binId > bound || binId < -bound || !random.chance(1, density)) continue;
      const one = bin(random, p, binId);
      one.copy(b, 56 + 144 * k);
      any = any || holds(one);
    }
    if (any) mark(pair, extension, index);
    const seed = Buffer.alloc(8);
    v.write(seed, 0, 8, index);
    const address = await v.pda(vectors.program_id, ["bin_array", v.key(base.pool), seed]);
    arrays.set(index, address);
    accounts[address] = { owner: vectors.program_id, lamports: "71000000", bytes: b };
  }
  const mints = [v.addressAt(pair, 88), v.addressAt(pair, 120)];
  const vaults = [v.addressAt(pair, 152), v.addressAt(pair, 184)];
  tokens(random, accounts, mints, vaults, BigInt(base.clock.epoch));
  // What the bins hold is in the vaults; a vault may be full up to what a mint can have.
  [0, 8].forEach((at, side) => {
    let sum = v.read(pair, 216 + at, 8);
    for (const a of arrays.values())
      for (let k = 0; k < 70; k++) {
        const one = 56 + 144 * k;
        const b = accounts[a].bytes;
        sum += v.read(b, one + at, 8);
        if (p.orders && b[one + 140] === (side ? 0 : 1)) sum += v.read(b, one + 112, 8) + v.read(b, one + 128, 8);
      }
    if (sum >= 1n << 63n) throw new Error("more tokens than there can be");
    if (v.read(accounts[vaults[side]].bytes, 64, 8) < sum) {
      const room = (1n << 63n) - 1n - sum;
      v.setVault(accounts[vaults[side]], sum + v.clamp(random.magnitude(40), 0n, room));
    }
  });
  mints.forEach((mint, side) => v.write(pair, 880 + side, 1, accounts[mint].owner === v.TOKEN_2022 ? 1 : 0));
  const extensionAddress = await v.pda(vectors.program_id, ["bitmap", v.key(base.pool)]);
  const needed = [...arrays.keys()].some((i) => i < -ROW || i >= ROW);
  const hasExtension = needed ? !random.chance(1, 20) : random.chance(1, 4);
  if (hasExtension)
    accounts[extensionAddress] = { owner: vectors.program_id, lamports: "11000000", bytes: extension };
  return { id, base, accounts, p, arrays, mints, vaults, oracle, extensionAddress, hasExtension };
}

function choose(random, state, forward, easy) {
  const exactIn = random.chance(2, 3);
  const scale = state.p.scale + random.between(-6, 7);
  let amount = random.chance(1, 4) ? random.magnitude(64) : random.bits(v.clamp(scale, 1, 64));
  if (random.chance(1, 10)) amount = random.pick([0n, 1n, 2n, v.M64, 1n << 63n]);
  const none = exactIn ? 0n : v.M64;
  const threshold = easy || !random.chance(1, 12) ? none : random.magnitude(62);
  return { kind: exactIn ? "exact_in" : "exact_out", exactIn, amount, threshold, members: {} };
}

function instruction(random, user, p, template, pick, xToY) {
  const owner = (i) => p.accounts[p.mints[i]].owner;
  const second = owner(0) === v.TOKEN_2022 || owner(1) === v.TOKEN_2022 || random.chance(1, 2);
  const impact = pick.exactIn && second && random.chance(1, 6);
  const name = impact ? "swap_with_price_impact2" : (pick.exactIn ? "swap" : "swap_exact_out") + (second ? "2" : "");
  const active = Number(v.readSigned(p.accounts[p.base.pool].bytes, 76, 4));
  const home = Math.floor(active / 70);
  let way = [...p.arrays.keys()].filter((i) => (xToY ? i <= home : i >= home)).sort((a, b) => a - b);
  if (xToY) way.reverse();
  if (random.chance(1, 15)) way = way.slice(0, 1);
  if (random.chance(1, 20)) way = way.slice(1);
  if (random.chance(1, 20)) way.reverse();
  const parts = [Buffer.from(NAMES[name], "hex")];
  const number = (size, value) => {
    const b = Buffer.alloc(size);
    v.write(b, 0, size, value);
    parts.push(b);
  };
  if (impact) {
    const bps = random.pick([0, 1, 10, 100, 1000, 10000]);
    number(8, pick.amount);
    number(1, 0);
    number(2, bps);
    pick.members.max_price_impact_bps = bps;
    pick.threshold = 0n;
  } else {
    number(8, pick.exactIn ? pick.amount : pick.threshold);
    number(8, pick.exactIn ? pick.threshold : pick.amount);
  }
  if (second) parts.push(Buffer.from([2, 0, 0, 0, 0, 0, 1, 0]));
  const program = template.program;
  const accounts = [[p.base.pool, "w"], p.hasExtension ? [p.extensionAddress, "w"] : [program, ""],
    [p.vaults[0], "w"], [p.vaults[1], "w"], [template.input, "w"], [template.output, "w"], [p.mints[0], ""],
    [p.mints[1], ""], [p.oracle, "w"], [program, ""], [user, "s"], [owner(0), ""], [owner(1), ""],
    ...(second ? [[MEMO, ""]] : []), [EVENTS, ""], [program, ""],
    ...way.slice(0, 8).map((i) => [p.arrays.get(i), "w"])];
  return { name, ix: { program_id: program, accounts, data: Buffer.concat(parts).toString("hex") } };
}

module.exports = { make, choose, instruction, directions: ["x_to_y", "y_to_x"] };
