// Each type of problem has its own class. The running API is made to answer with it where possible;
// otherwise the contract's example is used.
import assert from "node:assert/strict";
import { test } from "node:test";

import * as client from "payments-client";

import { clientOf, coffee, failedEventIds } from "./live.mjs";

const EXAMPLES = JSON.parse(process.env.EXAMPLES);
const alice = clientOf("alice");
const bob = clientOf("bob");
const olivia = clientOf("olivia");
const noSuchPayment = `pay_${"a".repeat(26)}`;
const note = { note: "Looked at" };

function tampering(change) {
  const fetch = (url, request) => globalThis.fetch(url, change(structuredClone(plain(request))));
  return clientOf("alice", { fetch });
}

function plain({ signal, ...request }) {
  return request;
}

const PROVOKED = {
  MalformedRequest: () =>
    tampering((request) => ({ ...request, body: "{" })).createPayment(coffee()),
  IdempotencyKeyMissing: () =>
    tampering((request) => {
      delete request.headers["Idempotency-Key"];
      return request;
    }).createPayment(coffee()),
  Unauthenticated: () => clientOf("nobody").listWallets(),
  Forbidden: () => bob.listFailedEvents(),
  NotFound: () => bob.getPayment(noSuchPayment),
  MethodNotAllowed: () =>
    tampering((request) => ({ ...request, method: "PATCH", body: "{}" })).listPayments(),
  Conflict: async () => {
    await olivia.discardFailedEvent(failedEventIds[2], note);
    await olivia.redriveFailedEvent(failedEventIds[2], note);
  },
  PayloadTooLarge: () => alice.createPayment(coffee(450, "x".repeat(20_000))),
  UnsupportedMediaType: () =>
    tampering((request) => {
      request.headers["Content-Type"] = "text/plain";
      return request;
    }).createPayment(coffee()),
  ValidationFailed: () => alice.createPayment(coffee(-1)),
  IdempotencyKeyReused: async () => {
    const options = { idempotencyKey: "typescript-two-requests" };
    await alice.createPayment(coffee(1), options);
    await alice.createPayment(coffee(2), options);
  },
};

for (const [name, act] of Object.entries(PROVOKED)) {
  test(`the running API answers with ${name}`, async () => {
    await assert.rejects(act, (error) => {
      assert.equal(error.name, name);
      assert.ok(error instanceof client[name]);
      assert.ok(error instanceof client.Problem);
      assert.ok(error.detail);
      return true;
    });
  });
}

for (const example of EXAMPLES) {
  test(`the contract's example of ${example.type} becomes its class`, async () => {
    const fetch = async () => new Response(JSON.stringify(example), { status: example.status });
    const one = clientOf("alice", { fetch, retries: { attemptsMax: 1 } });

    await assert.rejects(one.getHealth(), (error) => {
      assert.equal(error.constructor, client.PROBLEMS[example.type]);
      assert.equal(error.type, example.type);
      assert.ok(error.message.startsWith(`${example.title} (${example.status}): `));
      return true;
    });
  });
}

for (const [document, message] of [
  [{ title: "No", status: 418, detail: "tea" }, "No (418): tea"],
  [{ type: "about:blank", title: "No", status: 418 }, "No (418)"],
  [{ title: "No", status: 418 }, "No (418)"],
]) {
  test(`a problem document with only ${Object.keys(document)} is a problem`, async () => {
    const fetch = async () => new Response(JSON.stringify(document), { status: 418 });
    const one = clientOf("alice", { fetch, retries: { attemptsMax: 1 } });

    await assert.rejects(one.getHealth(), (error) => {
      assert.equal(error.constructor, client.Problem);
      assert.equal(error.type, "about:blank");
      assert.equal(error.message, message);
      return true;
    });
  });
}

test("a value that a later API adds to an enumeration keeps its text", async () => {
  const fetch = async () => new Response(JSON.stringify({ items: [{ status: "held" }] }));
  const page = await clientOf("alice", { fetch }).listPayments();

  assert.equal(page.items[0].status, "held");
});
