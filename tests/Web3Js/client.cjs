// @solana/web3.js as the test node's client: one request and one answer a line, events gathered until asked for.
// A client that this project did not write says whether the node speaks what nodes speak.
'use strict';
const readline = require('readline');
const {
  Connection, Keypair, PublicKey, SystemProgram, TransactionMessage, VersionedTransaction,
} = require('@solana/web3.js');

let connection;
const events = [];
const payer = Keypair.fromSeed(new Uint8Array(32).fill(7));

const account = info => info && {
  lamports: String(info.lamports),
  owner: info.owner.toBase58(),
  data: Buffer.from(info.data).toString('base64'),
  executable: info.executable,
};

async function transfer() {
  const { blockhash } = await connection.getLatestBlockhash();
  const instruction = SystemProgram.transfer({
    fromPubkey: payer.publicKey, toPubkey: PublicKey.default, lamports: 1,
  });
  const message = new TransactionMessage({
    payerKey: payer.publicKey, recentBlockhash: blockhash, instructions: [instruction],
  });
  const transaction = new VersionedTransaction(message.compileToV0Message());
  transaction.sign([payer]);
  return transaction;
}

const operations = {
  connect: ({ http, ws }) => {
    connection = new Connection(http, { wsEndpoint: ws, commitment: 'processed', disableRetryOnRateLimit: true });
  },
  onAccount: ({ key }) => connection.onAccountChange(
    new PublicKey(key),
    (info, context) => events.push({ kind: 'account', key, slot: context.slot, account: account(info) }),
    { commitment: 'processed', encoding: 'base64' }),
  onProgram: ({ key }) => connection.onProgramAccountChange(
    new PublicKey(key),
    (change, context) => events.push({ kind: 'program', key: change.accountId.toBase58(), slot: context.slot }),
    { commitment: 'processed', encoding: 'base64' }),
  onSlot: () => connection.onSlotChange(slot => events.push({ kind: 'slot', ...slot })),
  onSlotUpdate: () => connection.onSlotUpdate(update => events.push({ kind: 'slotUpdate', ...update })),
  onRoot: () => connection.onRootChange(root => events.push({ kind: 'root', root })),
  onLogs: () => connection.onLogs(
    'all', (logs, context) => events.push({ kind: 'logs', slot: context.slot, ...logs }), 'processed'),
  remove: ({ id }) => connection.removeAccountChangeListener(id),
  events: () => events.splice(0),
  getMultipleAccountsInfo: async ({ keys }) =>
    (await connection.getMultipleAccountsInfo(keys.map(k => new PublicKey(k)))).map(account),
  getProgramAccounts: async ({ program, dataSize }) =>
    (await connection.getProgramAccounts(new PublicKey(program), { encoding: 'base64', filters: [{ dataSize }] }))
      .map(a => ({ key: a.pubkey.toBase58(), ...account(a.account) })),
  getLatestBlockhash: () => connection.getLatestBlockhash(),
  isBlockhashValid: ({ blockhash }) => connection.isBlockhashValid(blockhash),
  getEpochInfo: () => connection.getEpochInfo(),
  getSlot: () => connection.getSlot(),
  getVersion: () => connection.getVersion(),
  getFees: () => connection.getRecentPrioritizationFees(),
  getRent: ({ size }) => connection.getMinimumBalanceForRentExemption(size),
  simulate: async () => connection.simulateTransaction(await transfer(), { commitment: 'processed' }),
  send: async () => connection.sendTransaction(await transfer(), { skipPreflight: true }),
  statuses: async ({ signature }) => connection.getSignatureStatuses([signature]),
};

readline.createInterface({ input: process.stdin }).on('line', async line => {
  try {
    const request = JSON.parse(line);
    const value = await operations[request.op](request);
    process.stdout.write(`${JSON.stringify({ ok: true, value: value === undefined ? null : value })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ ok: false, error: String(error) })}\n`);
  }
}).on('close', () => process.exit(0));
