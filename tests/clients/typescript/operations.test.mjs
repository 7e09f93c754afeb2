// Each operation of the contract, called once against the running API.
import assert from "node:assert/strict";
import { test } from "node:test";

import { clientOf, coffee, failedEventIds } from "./live.mjs";

const OPERATIONS = JSON.parse(process.env.OPERATIONS);
const alice = clientOf("alice");
const olivia = clientOf("olivia");
const note = { note: "Looked at" };

// Operation → how it is called. A new operation of the contract needs a line here.
const CALLS = {
  createPayment: () => alice.createPayment(coffee()),
  listPayments: () => alice.listPayments({ status: "completed", page_size: 1 }),
  getPayment: async () => alice.getPayment((await alice.createPayment(coffee())).payment_id),
  listWallets: () => alice.listWallets(),
  getWallet: () => alice.getWallet("EUR"),
  createDeposit: () => alice.createDeposit("EUR", { amount: { value: 1_000, currency: "EUR" } }),
  listFailedEvents: () => olivia.listFailedEvents(),
  getFailedEvent: () => olivia.getFailedEvent(failedEventIds[0]),
  redriveFailedEvent: () => olivia.redriveFailedEvent(failedEventIds[0], note),
  discardFailedEvent: () => olivia.discardFailedEvent(failedEventIds[1], note),
  getHealth: () => alice.getHealth(),
};

test("every operation of the contract is called here", () => {
  assert.deepEqual(Object.keys(CALLS).sort(), OPERATIONS.sort());
});

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name} answers`, async () => {
    assert.equal(typeof (await call()), "object");
  });
}

test("a payment is waited for until it is completed", async () => {
  const payment = await alice.waitUntilFinal(await alice.createPayment(coffee()));

  assert.equal(payment.status, "completed");
});

test("a declined payment has the decline code", async () => {
  const { payment_id } = await alice.createPayment(coffee(450, "payee_decline_do_not_honor"));

  const payment = await alice.waitUntilFinal(payment_id);

  assert.deepEqual([payment.status, payment.failure_code], ["failed", "do_not_honor"]);
});

test("the same key returns the same payment", async () => {
  const options = { idempotencyKey: "typescript-order-4711" };
  const first = await alice.createPayment(coffee(), options);

  const again = await alice.createPayment(coffee(), options);

  assert.equal(again.payment_id, first.payment_id);
});

test("a payment whose answer was lost is repeated and stays one payment", async () => {
  const fetch = async (...request) => {
    await globalThis.fetch(...request);
    throw new TypeError("lost");
  };
  const losing = clientOf("alice", { fetch, retries: { attemptsMax: 1 } });
  const request = coffee(450, `shop-${process.pid}-${Date.now()}`);
  const lost = await losing.createPayment(request).catch((error) => error);
  assert.equal(lost.maybeDone, true);

  const again = await alice.createPayment(request, { idempotencyKey: lost.idempotencyKey });

  await alice.waitUntilFinal(again);
  const made = [];
  for await (const { payee, payment_id } of alice.iteratePayments()) {
    if (payee === request.payee) made.push(payment_id);
  }
  assert.deepEqual(made, [again.payment_id]);
});

test("pages are read one after the other", async () => {
  const made = [];
  for (let n = 0; n < 3; n += 1) {
    made.push((await alice.waitUntilFinal(await alice.createPayment(coffee()))).payment_id);
  }

  const listed = [];
  for await (const payment of alice.iteratePayments({ page_size: 2 })) {
    listed.push(payment.payment_id);
  }

  assert.deepEqual(listed.slice(0, 3), made.reverse());
  assert.equal(new Set(listed).size, listed.length);
});
