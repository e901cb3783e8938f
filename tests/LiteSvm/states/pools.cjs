// Pools without ticks, written over the published ones: Raydium CPMM, Raydium AMM v4 and Token Swap: fees, statuses,
// sums and vaults of any size, transfer fees on either mint.
const v = require("./vm.cjs");
const { tokens } = require("./whirlpool.cjs");

function start(random, vectors, id, wanted) {
  const base = { ...random.pick(vectors.pools.filter(wanted || (() => true))) };
  const accounts = v.accountsOf(base);
  return { id, base, accounts, pool: accounts[base.pool].bytes };
}
const vaultAmount = (p, side) => v.read(p.accounts[p.vaults[side]].bytes, 64, 8);

// An amount anywhere between one unit and more than the vaults hold.
function chooseByVaults(random, p, forward, easy) {
  const exactIn = p.exactInOnly || random.chance(1, 2);
  const held = vaultAmount(p, exactIn === forward ? 0 : 1);
  let amount = random.pick([random.magnitude(64), held * BigInt(random.below(100000)) / 100000n,
    held * BigInt(random.below(1000)) / 700n, BigInt(random.below(1000)), held - BigInt(random.below(4))]);
  if (random.chance(1, 10)) amount = random.pick([0n, 1n, 2n, v.M64, held, held + 1n]);
  amount = v.clamp(amount, 0n, v.M64);
  const none = exactIn ? 0n : v.M64;
  const threshold = easy || !random.chance(1, 10) ? none : random.magnitude(50);
  return { kind: exactIn ? "exact_in" : "exact_out", exactIn, amount, threshold, members: {} };
}
const numbers = (parts) => Buffer.concat(parts.map(([size, value]) => {
  const b = Buffer.alloc(size);
  v.write(b, 0, size, value);
  return b;
}));

const cpmm = {
  directions: ["0_to_1", "1_to_0"],
  choose: chooseByVaults,
  make: async (random, vectors, id) => {
    const p = start(random, vectors, id);
    const { pool, accounts } = p;
    const now = Number(p.base.clock.unix_timestamp);
    p.config = v.addressAt(pool, 8);
    p.observation = v.addressAt(pool, 296);
    p.mints = [v.addressAt(pool, 168), v.addressAt(pool, 200)];
    p.vaults = [v.addressAt(pool, 72), v.addressAt(pool, 104)];
    tokens(random, accounts, p.mints, p.vaults, BigInt(p.base.clock.epoch));
    p.mints.forEach((mint, side) => v.key(accounts[mint].owner).copy(pool, side ? 264 : 232));
    const share = random.pick([0, 120000, 250000, random.below(900000)]);
    const trade = random.pick([0, 1, 100, 2500, 10000, 40000, random.below(400000)]);
    const rates = [[12, trade], [20, share], [28, random.pick([0, 40000, 100000])],
      [108, random.pick([0, 0, 500, 2000, random.below(500000)])]];
    for (const [at, value] of rates) v.write(accounts[p.config].bytes, at, 8, value);
    const fields = [[329, 1, random.chance(1, 25) ? random.pick([4, 7, 255, 3]) : 0], [389, 1, random.below(3)],
      [390, 1, random.below(2)], [373, 8, random.chance(1, 25) ? now + random.pick([0, 5, 10]) : 0]];
    for (const [at, size, value] of fields) v.write(pool, at, size, value);
    for (let side = 0; side < 2; side++) {
      const held = vaultAmount(p, side);
      const small = () => (random.chance(1, 3) ? 0n : random.bits(64) % (held / 8n + 1n));
      v.write(pool, 341 + 8 * side, 8, small());
      v.write(pool, 357 + 8 * side, 8, small());
      v.write(pool, 397 + 8 * side, 8, small());
    }
    return p;
  },
  instruction: (random, user, p, template, pick, forward) => {
    const [i, o] = forward ? [0, 1] : [1, 0];
    const data = numbers(pick.exactIn ? [[8, pick.amount], [8, pick.threshold]]
      : [[8, pick.threshold], [8, pick.amount]]);
    const owner = (side) => p.accounts[p.mints[side]].owner;
    const accounts = [[user, "s"], [p.authority, ""], [p.config, ""], [p.base.pool, "w"], [template.input, "w"],
      [template.output, "w"], [p.vaults[i], "w"], [p.vaults[o], "w"], [owner(i), ""], [owner(o), ""],
      [p.mints[i], ""], [p.mints[o], ""], [p.observation, "w"]];
    return {
      name: pick.exactIn ? "swap_base_input" : "swap_base_output",
      ix: {
        program_id: template.program, accounts,
        data: (pick.exactIn ? "8fbe5adac41e33de" : "37d96256a34ab4ad") + data.toString("hex"),
      },
    };
  },
};

// Fees as 25 of 10,000 and others, statuses, profits not taken yet; the order book's accounts stay as published.
const ammV4 = {
  directions: ["coin_to_pc", "pc_to_coin"],
  choose: chooseByVaults,
  make: async (random, vectors, id) => {
    const hasOrderBook = random.chance(1, 6);
    const p = start(random, vectors, id, (x) => (x.id === "r4-12") === hasOrderBook);
    const { pool } = p;
    const now = Number(p.base.clock.unix_timestamp);
    p.mints = [v.addressAt(pool, 400), v.addressAt(pool, 432)];
    p.vaults = [v.addressAt(pool, 336), v.addressAt(pool, 368)];
    p.like = vectors.cases.find((c) => c.pool === p.base.id && c.note !== "wrong authority account");
    p.vaults.forEach((vault) => v.setVault(p.accounts[vault],
      random.pick([1n << 50n, random.magnitude(62), random.magnitude(44) + 1000n, (1n << 63n) - 1n])));
    v.write(pool, 0, 8, random.chance(1, 8) ? random.pick([0, 2, 3, 4, 7, 8, 9]) : random.pick([6, 6, 7]));
    if (hasOrderBook) {
      v.write(pool, 0, 8, 1);
      const funds = p.accounts[v.addressAt(pool, 496)].bytes;
      for (const at of [85, 101]) v.write(funds, at, 8, random.pick([0n, random.magnitude(40), random.magnitude(60)]));
    }
    v.write(pool, 224, 8, random.chance(1, 8) ? now + random.pick([0, 1, 10, 100]) : 0);
    v.write(pool, 176, 8, random.pick([0, 25, 25, 25, 30, 100, 9999, 10000]));
    v.write(pool, 184, 8, 10000);
    for (let side = 0; side < 2; side++)
      v.write(pool, 192 + 8 * side, 8, random.chance(1, 2) ? 0n : random.bits(64) % (vaultAmount(p, side) + 1n));
    return p;
  },
  instruction: (random, user, p, template, pick) => {
    const like = p.like.instructions[0];
    const inOut = [p.like.user_input_account, p.like.user_output_account];
    const accounts = like.accounts.map(([a, flags]) =>
      [a === inOut[0] ? template.input : a === inOut[1] ? template.output : a, flags]);
    const data = numbers([[1, pick.exactIn ? 9 : 11],
      ...(pick.exactIn ? [[8, pick.amount], [8, pick.threshold]] : [[8, pick.threshold], [8, pick.amount]])]);
    return {
      name: pick.exactIn ? "swap_base_in" : "swap_base_out",
      ix: { program_id: template.program, accounts, data: data.toString("hex") },
    };
  },
};

const tokenSwap = {
  directions: ["a_to_b", "b_to_a"],
  choose: (random, p, forward, easy) => chooseByVaults(random, { ...p, exactInOnly: true }, forward, easy),
  make: async (random, vectors, id) => {
    const stable = random.chance(1, 2);
    const p = start(random, vectors, id, (x) => (x.description.curve_type === 2) === stable);
    const { pool } = p;
    const like = vectors.cases.find((c) => c.pool === p.base.id && c.direction === "a_to_b");
    p.like = like;
    p.mints = [like.input_mint, like.output_mint];
    p.vaults = [like.instructions[0].accounts[4][0], like.instructions[0].accounts[5][0]];
    const scale = random.pick([20, 34, 44, 54, 60]);
    p.vaults.forEach((vault) => v.setVault(p.accounts[vault], random.chance(1, 4)
      ? random.magnitude(62) + 1n : random.bits(scale) + 1n));
    const rate = () => random.pick([[0, 0], [25, 10000], [5, 10000], [6, 10000], [1, 10000], [1, 1000], [1, 7],
      [random.below(10000), 10000]]);
    [rate(), rate()].forEach(([numerator, denominator], i) => {
      v.write(pool, 227 + 16 * i, 8, numerator);
      v.write(pool, 235 + 16 * i, 8, denominator);
    });
    if (pool[291] === 2) v.write(pool, 292, 8, random.pick([1, 1, 2, 5, 10, 100, 200, 1000, 100000]));
    return p;
  },
  instruction: (random, user, p, template, pick, forward) => {
    const like = p.like.instructions[0].accounts;
    const accounts = like.map((a) => [...a]);
    accounts[3] = [template.input, "w"];
    accounts[6] = [template.output, "w"];
    if (!forward) [accounts[4], accounts[5]] = [accounts[5], accounts[4]];
    const data = numbers([[1, 1], [8, pick.amount], [8, pick.threshold]]);
    return { name: "swap", ix: { program_id: template.program, accounts, data: data.toString("hex") } };
  },
};

// Every fee mode with parameters that the program's checks allow (or nearly).
const DAMM_EVENTS = "3rmHSu74h1ZcmAisVcWerTCiRDQbUrBKmcwptYGjHfet";
const SYSVAR = "Sysvar1nstructions1111111111111111111111111";
const damm = {
  directions: ["a_to_b", "b_to_a"],
  choose: (random, p, forward, easy) => {
    const pick = chooseByVaults(random, p, forward, easy);
    if (pick.exactIn && random.chance(1, 4)) pick.kind = "partial_fill";
    if (easy || random.chance(1, 3)) return pick;
    // As much as moves the price by a little.
    const share = BigInt(random.below(1000));
    const b = p.pool;
    const liquidity = v.read(b, 360, 16);
    const price = v.read(b, 456, 16);
    const [byA, byB] = [(liquidity / price) * share / 20000n, ((liquidity * price) >> 128n) * share / 20000n];
    pick.amount = v.clamp(pick.exactIn === forward ? byA : byB, 0n, v.M64);
    return pick;
  },
  make: async (random, vectors, id) => {
    const compounding = random.chance(1, 5);
    const p = start(random, vectors, id, (x) => (x.id === "d2-12") === compounding);
    const { pool, accounts } = p;
    const now = Number(p.base.clock.unix_timestamp);
    p.mints = [v.addressAt(pool, 168), v.addressAt(pool, 200)];
    p.vaults = [v.addressAt(pool, 232), v.addressAt(pool, 264)];
    tokens(random, accounts, p.mints, p.vaults, BigInt(p.base.clock.epoch));
    p.mints.forEach((mint, side) => v.write(pool, 482 + side, 1, accounts[mint].owner === v.TOKEN_2022 ? 1 : 0));
    for (const vault of p.vaults) v.setVault(accounts[vault], 1n << 62n); // what the liquidity says is there
    const bySlot = random.chance(1, 3);
    const point = bySlot ? Number(p.base.clock.slot) : now;
    const onlyB = !compounding && random.chance(1, 2);
    const mode = random.pick(onlyB ? [0, 1, 2, 2, 3, 4] : [0, 1, 3, 4]);
    const cliff = random.pick([100000, 2500000, 10000000, 50000000, 500000000, random.below(500000000) + 100000]);
    pool.fill(0, 8, 40);
    v.write(pool, 8, 8, cliff);
    pool[16] = mode;
    const periods = random.pick([0, 1, 10, 40, 144, 1000, 65535]);
    const spread = BigInt(cliff - 100000) / BigInt(periods || 1);
    const lessLinear = random.pick([0n, spread, spread / 2n, spread + 1n]);
    const lessExponential = random.pick([0n, 10n, 100n, 500n, 5000n, 10000n]);
    if (mode < 2) {
      v.write(pool, 22, 2, periods);
      v.write(pool, 24, 8, random.pick([0, 1, 5, 30, 60, 3600]));
      v.write(pool, 32, 8, mode ? lessExponential : lessLinear);
    } else if (mode === 2) {
      v.write(pool, 22, 2, random.pick([1, 10, 100, 500, random.below(5000)]));
      v.write(pool, 24, 4, random.pick([1, 60, 600, 86400]));
      v.write(pool, 28, 4, random.pick([5000, 9900, 1000]));
      v.write(pool, 32, 8, random.pick([1000000000n, 1n, 1000n, random.magnitude(50) + 1n]));
    } else {
      v.write(pool, 22, 2, periods);
      v.write(pool, 24, 4, random.pick([1, 10, 50, 200, 5000]));
      v.write(pool, 28, 4, random.pick([1, 600, 86400, 1000000]));
      v.write(pool, 32, 8, mode === 4 ? lessExponential : lessLinear);
    }
    const fields = [[48, 1, random.pick([0, 10, 20, 50])], [50, 1, random.pick([0, 20, 50])],
      [472, 8, point - random.pick([0, 1, 10, 61, 1000, 100000, -5])], [480, 1, bySlot ? 0 : 1],
      [481, 1, random.chance(1, 30) ? 1 : 0], [486, 1, random.pick([0, 1])], [392, 8, random.magnitude(40)],
      [400, 8, random.magnitude(40)]];
    if (!compounding) fields.push([484, 1, onlyB ? 1 : 0]);
    else fields.push([54, 2, random.pick([0, 1, 5000, 10000, random.below(10001)])]);
    for (const [at, size, value] of fields) v.write(pool, at, size, value);
    const price = v.read(pool, 456, 16);
    if (!compounding) {
      v.write(pool, 360, 16, random.bits(random.pick([70, 90, 100, 104, 110])) + 1n);
      const [low, high] = [v.read(pool, 424, 16), v.read(pool, 440, 16)];
      const moved = random.pick([price, low, high, price + price * BigInt(random.below(200) - 100) / 1000n]);
      v.write(pool, 456, 16, v.clamp(moved, low, high));
    } else {
      for (let side = 0; side < 2; side++) {
        const held = random.pick([1n << 40n, random.magnitude(60) + 1000n]);
        v.write(pool, 680 + 8 * side, 8, held);
        if (vaultAmount(p, side) < held) v.setVault(accounts[p.vaults[side]], held + random.magnitude(30));
      }
    }
    v.write(pool, 152, 16, random.pick([price, price / 2n, price * 2n, price * 9n / 10n]));
    pool.fill(0, 56, 152);
    if (random.chance(1, 2)) {
      const most = random.pick([0, 100000, 1000000, 14460000, random.below(16777215)]);
      const filter = random.pick([1, 10, 60]);
      const step = random.pick([1, 1, 10, 100]);
      const values = [[56, 1, 1], [64, 4, most], [68, 4, random.pick([0, 1000, 7649, 956, random.below(16777215)])],
        [72, 2, step], [74, 2, filter], [76, 2, filter + random.pick([1, 60, 110])],
        [78, 2, random.pick([0, 500, 5000, 10000])],
        [80, 8, point - random.pick([0, 1, 9, 10, 59, 60, 61, 120, 170, 5000])],
        [88, 16, (BigInt(step) << 64n) / 10000n],
        [104, 16, random.pick([price, price * 101n / 100n, price * 9n / 10n])],
        [120, 16, random.pick([0, most, random.below(most + 1)])], [136, 16, random.pick([0, random.below(most + 1)])]];
      for (const [at, size, value] of values) v.write(pool, at, size, value);
    }
    return p;
  },
  instruction: (random, user, p, template, pick, forward) => {
    const first = pick.kind === "exact_in" && random.chance(1, 3);
    const owner = (i) => p.accounts[p.mints[i]].owner;
    const data = numbers([[8, pick.amount], [8, pick.threshold],
      ...(first ? [] : [[1, { exact_in: 0, partial_fill: 1, exact_out: 2 }[pick.kind]]])]);
    const accounts = [[p.authority, ""], [p.base.pool, "w"], [template.input, "w"], [template.output, "w"],
      [p.vaults[0], "w"], [p.vaults[1], "w"], [p.mints[0], ""], [p.mints[1], ""], [user, "s"], [owner(0), ""],
      [owner(1), ""], [template.program, ""], [DAMM_EVENTS, ""], [template.program, ""]];
    if (p.pool[16] === 2) accounts.push([SYSVAR, ""]);
    pick.members.referral_account = null;
    return {
      name: first ? "swap" : "swap2",
      ix: {
        program_id: template.program, accounts,
        data: (first ? "f8c69e91e17587c8" : "414b3f4ceb5b5b88") + data.toString("hex"),
      },
    };
  },
};

// The authority is the published instruction's.
function withAuthority(maker, place) {
  return {
    ...maker,
    make: async (random, vectors, id) => {
      const p = await maker.make(random, vectors, id);
      p.authority = vectors.cases.find((c) => c.pool === p.base.id).instructions[0].accounts[place][0];
      return p;
    },
  };
}

module.exports = {
  raydium_cpmm: withAuthority(cpmm, 1), raydium_amm_v4: ammV4, token_swap: tokenSwap,
  meteora_damm_v2: withAuthority(damm, 0),
};
