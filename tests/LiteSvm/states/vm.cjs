// What all generators of states share: seeded numbers, bytes, token accounts, one swap in the Solana VM.
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");
const { LiteSVM, FailedTransactionMetadata } = require("litesvm");
const kit = require("@solana/kit");

const TOKEN = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
const TOKEN_2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";
const BUDGET = "ComputeBudget111111111111111111111111111111";
const SYSTEM = "11111111111111111111111111111111";
const M64 = (1n << 64n) - 1n;
const M128 = (1n << 128n) - 1n;
const addressBytes = kit.getAddressEncoder();

// xorshift64: the same seed gives the same states.
class Random {
  constructor(seed) { this.state = (BigInt(seed) * 0x9e3779b97f4a7c15n) & M64 || 1n; }
  next() {
    let s = this.state;
    s ^= (s << 13n) & M64;
    s ^= s >> 7n;
    s ^= (s << 17n) & M64;
    return (this.state = s);
  }
  below(n) { return Number(this.next() % BigInt(n)); }
  between(low, high) { return low + this.below(high - low + 1); }
  pick(list) { return list[this.below(list.length)]; }
  chance(one, of) { return this.below(of) < one; }
  bits(n) { return (this.next() | (this.next() << 64n) | (this.next() << 128n)) & ((1n << BigInt(n)) - 1n); }
  // Of any magnitude up to so many bits.
  magnitude(n) { return this.bits(1 + this.below(n)); }
  key() {
    const b = Buffer.alloc(32);
    for (let i = 0; i < 32; i += 8) b.writeBigUInt64LE(this.next(), i);
    return kit.getAddressDecoder().decode(b);
  }
}

const clamp = (v, low, high) => (v < low ? low : v > high ? high : v);
const key = (address) => Buffer.from(addressBytes.encode(address));
const addressAt = (b, offset) => kit.getAddressDecoder().decode(b.subarray(offset, offset + 32));

function read(b, offset, size) {
  let v = 0n;
  for (let i = size - 1; i >= 0; i--) v = (v << 8n) | BigInt(b[offset + i]);
  return v;
}
const readSigned = (b, offset, size) => BigInt.asIntN(8 * size, read(b, offset, size));
function write(b, offset, size, value) {
  let v = BigInt.asUintN(8 * size, BigInt(value));
  for (let i = 0; i < size; i++) {
    b[offset + i] = Number(v & 255n);
    v >>= 8n;
  }
}

const pdaAndBump = (program, seeds) => kit.getProgramDerivedAddress({ programAddress: program, seeds });
const pda = async (program, seeds) => (await pdaAndBump(program, seeds))[0];

function bytesOf(account) {
  if (account.data !== undefined && account.data !== null) return Buffer.from(account.data, "base64");
  const b = Buffer.alloc(account.data_sparse.length);
  for (const [offset, hex] of account.data_sparse.runs) Buffer.from(hex, "hex").copy(b, offset);
  return b;
}
const loadVectors = (file) => JSON.parse(zlib.gunzipSync(fs.readFileSync(file)));
function accountsOf(pool) {
  const out = {};
  for (const [address, x] of Object.entries(pool.accounts))
    out[address] = { owner: x.owner, lamports: x.lamports, bytes: bytesOf(x) };
  return out;
}

// --- tokens ---

function feeOffset(mint) {
  for (let o = 166; o + 4 <= mint.length;) {
    const type = mint.readUInt16LE(o);
    if (type === 0) return 0;
    if (type === 1) return o + 4;
    o += 4 + mint.readUInt16LE(o + 2);
  }
  return 0;
}

// A Token-2022 mint with a transfer fee, older and newer, around the epoch of the clock.
function toFeeMint(random, account, epoch) {
  const b = Buffer.alloc(278);
  account.bytes.copy(b, 0, 0, 82);
  b[165] = 1;
  b.writeUInt16LE(1, 166);
  b.writeUInt16LE(108, 168);
  for (const at of [170 + 72, 170 + 90]) {
    write(b, at, 8, epoch + BigInt(random.pick([0, 0, -1, 1, 2, -100])));
    write(b, at + 8, 8, random.pick([M64, M64, 0n, 1n, random.magnitude(20), random.magnitude(50), 5000n]));
    write(b, at + 16, 2, random.pick([0, 1, 10, 50, 100, 300, 500, 1000, random.below(10001), 10000]));
  }
  return { owner: TOKEN_2022, lamports: "2900000", bytes: b };
}
function toFeeVault(random, account) {
  const immutable = random.chance(1, 2);
  const b = Buffer.alloc(immutable ? 182 : 178);
  account.bytes.copy(b, 0, 0, 165);
  write(b, 109, 4, 0); // not native
  write(b, 113, 8, 0);
  b[165] = 2;
  let o = 166;
  if (immutable) {
    b.writeUInt16LE(7, o);
    o += 4;
  }
  b.writeUInt16LE(2, o);
  b.writeUInt16LE(8, o + 2);
  write(b, o + 4, 8, random.pick([0n, 0n, random.magnitude(40)]));
  return { owner: TOKEN_2022, lamports: "2200000", bytes: b };
}
function userTokens(user, mintAddress, mint, amount) {
  const withFee = mint.owner === TOKEN_2022 && feeOffset(mint.bytes) !== 0;
  const b = Buffer.alloc(withFee ? 178 : 165);
  key(mintAddress).copy(b, 0);
  key(user).copy(b, 32);
  write(b, 64, 8, amount);
  b[108] = 1;
  if (withFee) {
    b[165] = 2;
    b.writeUInt16LE(2, 166);
    b.writeUInt16LE(8, 168);
  }
  return b;
}
function setVault(account, amount) {
  write(account.bytes, 64, 8, amount);
  if (read(account.bytes, 109, 4) === 1n) account.lamports = (amount + read(account.bytes, 113, 8)).toString();
}

// --- the VM ---

class Vm {
  constructor(folder) {
    this.svm = new LiteSVM().withNativeMints().withSigverify(false).withBlockhashCheck(false);
    this.count = 1n;
    this.present = [];
    for (const f of fs.readdirSync(folder).filter((name) => name.endsWith(".so")))
      this.svm.addProgramFromFile(f.slice(0, -3), path.join(folder, f));
  }
  put(address, owner, lamports, data) {
    this.svm.setAccount({
      address, lamports: BigInt(lamports), data, programAddress: owner, executable: false, space: 0n,
    });
  }
  clock(c) {
    const k = this.svm.getClock();
    k.slot = BigInt(c.slot);
    k.unixTimestamp = BigInt(c.unix_timestamp);
    k.epoch = BigInt(c.epoch);
    this.svm.setClock(k);
  }
  send(user, ix) {
    const keys = new Map([[user, { s: 1, w: 1 }]]);
    for (const [a, flags] of [...ix.accounts, [ix.program_id, ""], [BUDGET, ""]]) {
      const k = keys.get(a) || { s: 0, w: 0 };
      keys.set(a, { s: k.s | flags.includes("s"), w: k.w | flags.includes("w") });
    }
    const rank = (k) => (k.s ? 0 : 2) + (k.w ? 0 : 1);
    const ordered = [...keys.entries()].sort((x, y) => rank(x[1]) - rank(y[1]));
    const index = new Map(ordered.map((e, i) => [e[0], i]));
    const count = (test) => ordered.filter((e) => test(e[1])).length;
    const short = (n) => Buffer.from(n < 128 ? [n] : [(n & 127) | 128, n >> 7]);
    const data = Buffer.from(ix.data, "hex");
    const limit = Buffer.from([2, 0, 0, 0, 0]);
    limit.writeUInt32LE(1400000, 1);
    const message = Buffer.concat([
      Buffer.from([count((k) => k.s), count((k) => k.s && !k.w), count((k) => !k.s && !k.w)]),
      short(ordered.length), ...ordered.map((e) => key(e[0])), Buffer.alloc(32, 7), short(2),
      Buffer.from([index.get(BUDGET), 0, 5]), limit,
      Buffer.from([index.get(ix.program_id)]), short(ix.accounts.length),
      Buffer.from(ix.accounts.map((a) => index.get(a[0]))), short(data.length), data,
    ]);
    const signature = Buffer.alloc(64);
    signature.writeBigUInt64LE(this.count++, 0);
    const wire = Buffer.concat([Buffer.from([1]), signature, message]);
    return this.svm.sendTransaction(kit.getTransactionDecoder().decode(wire));
  }
  // One swap from a state: its result as vector files write it, and the accounts after it.
  swap(user, accounts, swapCase, ix, clock, balance, extra = []) {
    this.put(user, SYSTEM, 10n ** 13n, Buffer.alloc(0));
    // What an earlier state had and this one has not does not exist.
    for (const a of this.present) if (!accounts[a]) this.put(a, SYSTEM, 0, Buffer.alloc(0));
    this.present = Object.keys(accounts);
    for (const [a, x] of Object.entries(accounts)) this.put(a, x.owner, x.lamports, x.bytes);
    const own = [[swapCase.user_input_account, swapCase.input_mint], [swapCase.user_output_account,
      swapCase.output_mint]];
    for (const [a, mint] of own)
      this.put(a, accounts[mint].owner, 2100000, userTokens(user, mint, accounts[mint], balance));
    for (const [a, mint] of extra)
      this.put(a, accounts[mint].owner, 2100000, userTokens(user, mint, accounts[mint], 0n));
    this.clock(clock);
    const answer = this.send(user, ix);
    if (answer instanceof FailedTransactionMetadata) return failure(answer);
    const post = {};
    const state = {};
    for (const [a, x] of Object.entries(accounts)) {
      const now = this.svm.getAccount(a);
      state[a] = { bytes: Buffer.from(now.data), lamports: now.lamports.toString() };
      if (!state[a].bytes.equals(x.bytes)) post[a] = runs(x.bytes, state[a].bytes);
    }
    const left = (a) => read(Buffer.from(this.svm.getAccount(a).data), 64, 8);
    const result = {
      status: "ok", amount_in: (balance - left(swapCase.user_input_account)).toString(),
      amount_out: (left(swapCase.user_output_account) - balance).toString(),
      compute_units: Number(answer.computeUnitsConsumed()),
    };
    return { result, post, state };
  }
}

function failure(answer) {
  const logs = answer.meta().logs();
  const found = /InstructionError\((\d+), ?(\w+)(?:\((\d+)\))?/.exec(answer.toString());
  if (!found) return { strange: answer.toString(), logs };
  const error = { instruction: +found[1], kind: found[2] };
  if (found[3] !== undefined) error.code = +found[3];
  const name = /Error Code: (\w+)/.exec(logs.join("\n"));
  if (name) error.name = name[1];
  return { result: { status: "error", error, log_tail: logs.slice(-6) }, logs };
}

function runs(before, after) {
  const out = [];
  for (let i = 0; i < after.length; i++) {
    if (after[i] === before[i]) continue;
    let end = i;
    while (end < after.length && after[end] !== before[end]) end++;
    out.push([i, after.subarray(i, end).toString("hex")]);
    i = end;
  }
  return out;
}

module.exports = {
  Random, Vm, TOKEN, TOKEN_2022, SYSTEM, M64, M128, clamp, key, addressAt, read, readSigned, write, pda, pdaAndBump,
  loadVectors, accountsOf, toFeeMint, toFeeVault, feeOffset, setVault, fs, path, zlib,
};
