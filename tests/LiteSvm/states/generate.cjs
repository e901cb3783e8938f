// Writes a vector file of swaps on states made from nothing, executed by the venue's program in the Solana VM:
//   LOWLATENCY_PROGRAMS=<folder> node tests/LiteSvm/states/generate.cjs <venue> <seed> <pools> <swaps a pool> <file>
// for `lowlatency verify --vectors <file>` (its name ends in .json.gz). Addresses and keys come from
// tests/Vectors/<venue>.json.gz.
// SHOW=<kind of error, as Custom> prints the logs of such swaps.
const v = require("./vm.cjs");
const { amountTo } = require("./ticks.cjs");

const makers = {
  orca_whirlpool: () => require("./whirlpool.cjs"), raydium_clmm: () => require("./clmm.cjs"),
  meteora_dlmm: () => require("./dlmm.cjs"), meteora_damm_v2: () => require("./pools.cjs").meteora_damm_v2,
  raydium_cpmm: () => require("./pools.cjs").raydium_cpmm, raydium_amm_v4: () => require("./pools.cjs").raydium_amm_v4,
  token_swap: () => require("./pools.cjs").token_swap,
};

function clockNear(random, clock) {
  const seconds = random.pick([0, 0, 1, 5, 9, 10, 11, 29, 30, 31, 60, 61, 120, 600, 601, 3600, 3601, 86400]);
  return {
    slot: (BigInt(clock.slot) + BigInt(random.pick([0, 0, 1, 100, 100000]))).toString(),
    unix_timestamp: (BigInt(clock.unix_timestamp) + BigInt(seconds)).toString(),
    epoch: (BigInt(clock.epoch) + BigInt(random.pick([0, 0, 0, 1, -1]))).toString(),
  };
}

function limitNear(random, price, down) {
  if (random.chance(1, 2)) return 0n;
  if (random.chance(1, 12))
    return random.pick([4295048016n, 4295048015n, 4295048017n, 79226673515401279992447579055n, price, 1n, v.M128,
      79226673521066979257578248091n, 79226673521066979257578248090n, 79226673515401279992447579056n]);
  const share = BigInt(random.below(1001)) * (down !== random.chance(1, 12) ? -1n : 1n);
  return v.clamp(price + (price * share) / random.pick([1000000n, 100000n, 10000n, 1100n]), 0n, v.M128);
}

async function main() {
  const [venue, seed, pools, swaps, out] = process.argv.slice(2);
  const random = new v.Random(seed);
  const maker = makers[venue]();
  const vectors = v.loadVectors(v.path.join(__dirname, "../../Vectors", `${venue}.json.gz`));
  const vm = new v.Vm(process.env.LOWLATENCY_PROGRAMS);
  const file = { ...vectors, pools: [], cases: [] };
  const outcomes = {};
  for (let n = 0; n < +pools; n++) {
    const p = await maker.make(random, vectors, `${venue.slice(0, 2)}${seed}-${n}`);
    const earlier = random.chance(1, 2) ? 0 : random.between(1, 4);
    for (let i = 0; i < earlier; i++) {
      const one = swapOn(random, vm, vectors, maker, p, true);
      if (one.answer.state) for (const a in one.answer.state) Object.assign(p.accounts[a], one.answer.state[a]);
    }
    const { accounts, description, ...addresses } = p.base;
    const entry = { ...addresses, id: p.id, accounts: {} };
    for (const [a, x] of Object.entries(p.accounts))
      entry.accounts[a] = { owner: x.owner, lamports: x.lamports, data: x.bytes.toString("base64") };
    file.pools.push(entry);
    for (let i = 0; i < +swaps; i++) {
      const { answer, entry: swapCase } = swapOn(random, vm, vectors, maker, p, false);
      if (answer.strange) {
        outcomes.strange = (outcomes.strange || 0) + 1;
        if (process.env.SHOW) console.error(answer.strange, answer.logs);
        continue;
      }
      const e = answer.result.error;
      if (e && process.env.SHOW === e.kind) console.error(swapCase.id, answer.logs.slice(-9));
      const what = e ? `${e.kind} ${e.code ?? ""}` : "ok";
      outcomes[what] = (outcomes[what] || 0) + 1;
      swapCase.id = `${p.id}-${i}`;
      swapCase.result = answer.result;
      if (answer.post) swapCase.post = answer.post;
      file.cases.push(swapCase);
    }
  }
  v.fs.writeFileSync(out, v.zlib.gzipSync(JSON.stringify(file), { level: 1 }));
  console.log(venue, file.pools.length, file.cases.length, JSON.stringify(outcomes));
}

function swapOn(random, vm, vectors, maker, p, easy) {
  const forward = random.chance(1, 2);
  const template = vectors.cases.find((c) => c.pool === p.base.id && c.input_mint === p.mints[forward ? 0 : 1]
    && c.output_mint === p.mints[forward ? 1 : 0])
    || swapped(vectors.cases.find((c) => c.pool === p.base.id));
  const pick = maker.choose(random, p, forward, easy);
  const balance = easy || !random.chance(1, 40) ? 1n << 62n : random.magnitude(62);
  const { name, ix } = maker.instruction(random, vectors.user, p, {
    program: vectors.program_id, input: template.user_input_account, output: template.user_output_account,
  }, pick, forward);
  const clock = easy ? p.base.clock : clockNear(random, p.base.clock);
  const entry = {
    id: "", pool: p.id, kind: pick.kind, instruction_name: name, direction: maker.directions[forward ? 0 : 1],
    input_mint: template.input_mint, output_mint: template.output_mint,
    user_input_account: template.user_input_account, user_output_account: template.user_output_account,
    user_input_balance: balance.toString(), amount: pick.amount.toString(),
    other_amount_threshold: pick.threshold.toString(), ...pick.members, clock, instructions: [ix],
  };
  return { answer: vm.swap(vectors.user, p.accounts, entry, ix, clock, balance), entry };
}

const swapped = (c) => ({
  ...c, input_mint: c.output_mint, output_mint: c.input_mint, user_input_account: c.user_output_account,
  user_output_account: c.user_input_account,
});

// Amount, threshold and price limit for venues of ticks.
function chooseOnTicks(maker) {
  return (random, p, forward, easy) => {
    const b = p.accounts[p.base.pool].bytes;
    const state = {
      ...p.state, price: v.read(b, maker.priceOffset, 16), current: Number(v.readSigned(b, maker.currentOffset, 4)),
      active: v.read(b, maker.liquidityOffset, 16),
    };
    const exactIn = random.chance(2, 3);
    let amount = random.chance(1, 3) ? random.magnitude(64)
      : amountTo(random, state, maker.priceAt, forward, exactIn);
    if (random.chance(1, 8)) amount = random.pick([0n, 1n, 2n, v.M64, 1n << 63n, amount + 1n, amount * 3n]);
    amount = v.clamp(amount, 0n, v.M64);
    const none = exactIn ? 0n : v.M64;
    const threshold = easy || !random.chance(1, 12) ? none : random.magnitude(62);
    const limit = easy ? 0n : limitNear(random, state.price, forward);
    const kind = exactIn ? "exact_in" : "exact_out";
    return { kind, exactIn, amount, threshold, limit, members: { [maker.limitMember]: limit.toString() } };
  };
}

for (const name of Object.keys(makers)) {
  const make = makers[name];
  makers[name] = () => {
    const maker = make();
    return { choose: maker.priceAt ? chooseOnTicks(maker) : undefined, ...maker };
  };
}

main();
