// Executes transactions in the Solana VM for the C# tests. One JSON request a line on stdin, one JSON answer a line on
// stdout. Transactions arrive as base64 and pass through kit's own decoder and encoder, a second opinion on the bytes.
const readline = require("node:readline");
const { LiteSVM, FailedTransactionMetadata } = require("litesvm");
const kit = require("@solana/kit");

let svm = new LiteSVM().withNativeMints();

function decode(base64) {
  const bytes = Buffer.from(base64, "base64");
  const transaction = kit.getTransactionDecoder().decode(bytes);
  const again = Buffer.from(kit.getTransactionEncoder().encode(transaction));
  const message = kit.getCompiledTransactionMessageDecoder().decode(transaction.messageBytes);
  return { transaction, message, same: again.equals(bytes) };
}

function plain(value) {
  return JSON.parse(JSON.stringify(value, (_, v) => {
    if (typeof v === "bigint") return v.toString();
    if (v instanceof Uint8Array) return Buffer.from(v).toString("hex");
    return v;
  }));
}

const operations = {
  reset: () => {
    svm = new LiteSVM().withNativeMints();
    return {};
  },
  program: (r) => {
    svm.addProgramFromFile(r.address, r.path);
    return {};
  },
  clock: (r) => {
    svm.warpToSlot(BigInt(r.slot));
    const clock = svm.getClock();
    clock.slot = BigInt(r.slot);
    clock.unixTimestamp = BigInt(r.unix_timestamp);
    clock.epoch = BigInt(r.epoch);
    svm.setClock(clock);
    svm.expireBlockhash(); // a message may be the same as an earlier one
    return {};
  },
  blockhash: () => ({ blockhash: svm.latestBlockhash() }),
  airdrop: (r) => {
    svm.airdrop(r.address, BigInt(r.lamports));
    return {};
  },
  put: (r) => {
    svm.setAccount({
      address: r.address, lamports: BigInt(r.lamports), data: Buffer.from(r.data, "base64"),
      programAddress: r.owner, executable: false, space: 0n,
    });
    return {};
  },
  account: (r) => {
    const account = svm.getAccount(r.address);
    if (!account.exists) return { exists: false };
    return {
      exists: true, lamports: account.lamports.toString(), owner: account.programAddress,
      data: Buffer.from(account.data).toString("base64"),
    };
  },
  decode: (r) => {
    const { message, same } = decode(r.transaction);
    return { same, message: plain(message) };
  },
  send: (r) => {
    const { transaction, same } = decode(r.transaction);
    const result = svm.sendTransaction(transaction);
    if (result instanceof FailedTransactionMetadata) {
      return { executed: false, same, failure: result.toString(), logs: result.meta().logs() };
    }
    return {
      executed: true, same, units: result.computeUnitsConsumed().toString(), logs: result.logs(),
      inner: result.innerInstructions().map((calls) => calls.map((call) => {
        const instruction = call.instruction();
        return {
          program: instruction.programIdIndex(), accounts: Array.from(instruction.accounts()),
          data: Buffer.from(instruction.data()).toString("base64"),
        };
      })),
    };
  },
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  let answer;
  try {
    const request = JSON.parse(line);
    answer = { ok: true, ...operations[request.op](request) };
  } catch (error) {
    answer = { ok: false, error: String(error && error.message ? error.message : error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
