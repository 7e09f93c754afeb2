// Calls that end early: by a timeout, by the caller, or because the request is invalid.
import assert from "node:assert/strict";
import { test } from "node:test";

import { StillPending } from "payments-client";

import { coffee } from "./live.mjs";
import { CUT, DOWN, DRIPPING, PAYMENT, PENDING, SILENT, serving } from "./serving.mjs";

for (const answer of [SILENT, DRIPPING]) {
  test(`an answer that is ${answer} for too long leaves the outcome open`, async () => {
    const options = { timeoutMs: 50, retries: { attemptsMax: 1 } };
    await serving(
      [answer],
      async (client) => {
        await assert.rejects(client.createPayment(coffee()), {
          name: "Unreachable",
          maybeDone: true,
        });
      },
      options,
    );
  });
}

test("the caller can end a call", async () => {
  await serving([SILENT], async (client) => {
    const signal = AbortSignal.timeout(50);
    await assert.rejects(client.createPayment(coffee(), { signal }), { name: "TimeoutError" });
  });
});

test("the caller can end a pause between attempts", async () => {
  const retries = { delayFirstMs: 60_000, delayMaxMs: 60_000, random: () => 1 };
  await serving(
    [DOWN],
    async (client) => {
      const signal = AbortSignal.timeout(50);
      await assert.rejects(client.getHealth({ signal }), { name: "TimeoutError" });
    },
    { retries },
  );
});

test("a call that is ended while its token is made is not sent", async () => {
  const ending = new AbortController();
  const token = async () => {
    ending.abort();
    return "token";
  };
  await serving(
    [PAYMENT],
    async (client, requests) => {
      const { signal } = ending;
      await assert.rejects(client.createPayment(coffee(), { signal }), { name: "AbortError" });
      assert.equal(requests.length, 0);
    },
    { token },
  );
});

test("an invalid request is refused immediately, and not as a lost answer", async () => {
  let asked = 0;
  const token = () => `attempt\n${(asked += 1)}`;
  await serving(
    [PAYMENT],
    async (client, requests) => {
      await assert.rejects(client.createPayment(coffee()), TypeError);
      assert.equal(asked, 1);
      assert.equal(requests.length, 0);
    },
    { token },
  );
});

test("waiting ends at the caller's timeout", async () => {
  await serving([PENDING], async (client) => {
    await assert.rejects(client.waitUntilFinal("pay_x", { timeoutMs: 0 }), StillPending);
  });
});

for (const answer of [SILENT, DRIPPING]) {
  test(`waiting ends although the API is ${answer}`, async () => {
    await serving([PENDING, answer], async (client) => {
      await assert.rejects(client.waitUntilFinal("pay_x", { timeoutMs: 200 }), (error) => {
        assert.ok(error instanceof StillPending);
        assert.equal(error.payment.status, "pending");
        assert.equal(error.cause.name, "Unreachable");
        return true;
      });
    });
  });
}

test("an API that never answered is unreachable when waiting ends", async () => {
  await serving([SILENT], async (client) => {
    const waiting = client.waitUntilFinal("pay_x", { timeoutMs: 50 });
    await assert.rejects(waiting, { name: "Unreachable" });
  });
});

test("waiting does not retry after its timeout", async () => {
  const retries = { delayFirstMs: 1_000_000, delayMaxMs: 1_000_000, random: () => 1 };
  await serving(
    [CUT],
    async (client, requests) => {
      const waiting = client.waitUntilFinal("pay_x", { timeoutMs: 50 });
      await assert.rejects(waiting, { name: "Unreachable" });
      assert.equal(requests.length, 1);
    },
    { retries },
  );
});
