// A Yellowstone server for the C# client's tests that shares no code with it: the HTTP/2 and gRPC of @grpc/grpc-js, the
// messages of Triton's own npm package. Prints one JSON object a line: the port, then what each request said.
// Usage: node server.cjs <updates to send> <token>
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
// By path: the package's export map hides its codec.
const codec = require(path.join(__dirname, "node_modules/@triton-one/yellowstone-grpc/dist/cjs/grpc/geyser.js"));

const updates = Number(process.argv[2] ?? "10");
const token = process.argv[3] ?? "secret-token";
const blockhash = "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK";

const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

function method(name, request, response, isStream) {
  return {
    path: "/geyser.Geyser/" + name,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: (m) => Buffer.from(request.encode(m).finish()),
    requestDeserialize: (b) => request.decode(b),
    responseSerialize: (m) => Buffer.from(response.encode(response.fromPartial(m)).finish()),
    responseDeserialize: (b) => response.decode(b),
  };
}

const service = {
  Subscribe: method("Subscribe", codec.SubscribeRequest, codec.SubscribeUpdate, true),
  Ping: method("Ping", codec.PingRequest, codec.PongResponse, false),
  GetVersion: method("GetVersion", codec.GetVersionRequest, codec.GetVersionResponse, false),
  GetSlot: method("GetSlot", codec.GetSlotRequest, codec.GetSlotResponse, false),
  GetBlockHeight: method("GetBlockHeight", codec.GetBlockHeightRequest, codec.GetBlockHeightResponse, false),
  GetLatestBlockhash: method(
    "GetLatestBlockhash", codec.GetLatestBlockhashRequest, codec.GetLatestBlockhashResponse, false),
  SubscribeReplayInfo: method(
    "SubscribeReplayInfo", codec.SubscribeReplayInfoRequest, codec.SubscribeReplayInfoResponse, false),
};

function isRefused(call) {
  return call.metadata.get("x-token")[0] !== token;
}

const refusal = { code: grpc.status.UNAUTHENTICATED, details: "bad token" };

const unary = (answer) => (call, done) => (isRefused(call) ? done(refusal) : done(null, answer(call.request)));

// The i-th account update; the test computes the same from i.
function account(i) {
  const data = Buffer.alloc(i % 1200, i & 0xff);
  const pubkey = Buffer.alloc(32, 1);
  pubkey.writeUInt32LE(i, 0);
  return {
    filters: ["pools"],
    createdAt: new Date(1770287040770 + i),
    account: {
      slot: String(398202772 + Math.floor(i / 100)),
      isStartup: i % 50 === 49,
      account: {
        pubkey,
        owner: Buffer.alloc(32, 2),
        lamports: String(1000000 + i),
        executable: i % 7 === 0,
        rentEpoch: "18446744073709551615",
        data,
        writeVersion: String(1871234567890n + BigInt(i)),
        txnSignature: i % 3 === 0 ? undefined : Buffer.alloc(64, 3),
      },
    },
  };
}

async function stream(call) {
  call.write({
    filters: ["lowlatency"],
    slot: { slot: "398202772", parent: "398202771", status: codec.SlotStatus.SLOT_CREATED_BANK },
  });
  call.write({ filters: ["lowlatency"], blockMeta: {
    slot: "398202771", blockhash, parentSlot: "398202770", blockHeight: { blockHeight: "376000000" },
    blockTime: { timestamp: "1770287040" }, executedTransactionCount: "503",
  } });
  call.write({
    filters: ["lowlatency"],
    slot: { slot: "398202771", parent: "398202770", status: codec.SlotStatus.SLOT_CONFIRMED },
  });
  call.write({ filters: ["swaps"], transaction: {
    slot: "398202772", transaction: { signature: Buffer.alloc(64, 9), isVote: false, index: "1" },
  } });
  for (let i = 0; i < updates; i++) {
    if (!call.write(account(i))) await new Promise((resolve) => call.once("drain", resolve));
  }
  call.write({ filters: [], ping: {} });
}

const server = new grpc.Server();
server.addService(service, {
  Subscribe(call) {
    if (isRefused(call)) {
      call.emit("error", refusal);
      return;
    }
    call.on("data", (request) => {
      say({ request: codec.SubscribeRequest.toJSON(request) });
      if (request.ping !== undefined) call.write({ filters: [], pong: { id: request.ping.id } });
      else stream(call);
    });
    call.on("error", () => {});
    call.on("end", () => call.end());
  },
  Ping: unary((r) => ({ count: r.count })),
  GetVersion: unary(() => ({ version: "{\"package\":\"yellowstone\"}" })),
  GetSlot: unary((r) => ({ slot: String(424242 + (r.commitment ?? 0)) })),
  GetBlockHeight: unary(() => ({ blockHeight: "376000000" })),
  GetLatestBlockhash: unary(() => ({ slot: "424242", blockhash, lastValidBlockHeight: "376000150" })),
  SubscribeReplayInfo: unary(() => ({ firstAvailable: "424000" })),
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  say({ port });
});
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
