// Retries of the TypeScript client, against a server with scripted answers.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  Conflict,
  InternalError,
  PaymentsClient,
  PaymentsError,
  Problem,
  TooManyRequests,
  UnexpectedAnswer,
} from "payments-client";

import { coffee } from "./live.mjs";
import { BUSY, CUT, DOWN, FAST, FOREIGN, LATE, OK, PAYMENT } from "./serving.mjs";
import { keys, problem, serving } from "./serving.mjs";

const note = { note: "Looked at" };

for (const [name, failure] of Object.entries({ BUSY, DOWN, LATE, FOREIGN, CUT })) {
  test(`after ${name} the call is retried with the same key`, async () => {
    await serving([failure, failure, PAYMENT], async (client, requests) => {
      const payment = await client.createPayment(coffee());

      assert.equal(payment.payment_id, PAYMENT.body.payment_id);
      assert.equal(requests.length, 3);
      assert.equal(new Set(keys(requests)).size, 1);
      assert.match(keys(requests)[0], /^[!-~]{1,64}$/);
    });
  });
}

test("each call has a key of its own", async () => {
  await serving([PAYMENT], async (client, requests) => {
    await client.createPayment(coffee());
    await client.createPayment(coffee());

    assert.equal(new Set(keys(requests)).size, 2);
  });
});

test("attempts are limited and the last failure is thrown", async () => {
  await serving([DOWN, DOWN, DOWN, BUSY], async (client, requests) => {
    await assert.rejects(client.getHealth(), TooManyRequests);
    assert.equal(requests.length, 4);
  });
});

for (const [name, failure] of Object.entries({ DOWN, LATE, CUT })) {
  test(`after ${name} a call without a key is not retried`, async () => {
    await serving([failure, OK], async (client, requests) => {
      await assert.rejects(client.discardFailedEvent("fev_a", note));
      assert.equal(requests.length, 1);
    });
  });
}

test("a call without a key is retried when it was refused before any work", async () => {
  await serving([BUSY, problem(409, "conflict")], async (client, requests) => {
    await assert.rejects(client.discardFailedEvent("fev_a", note), Conflict);
    assert.equal(requests.length, 2);
  });
});

for (const [name, failure] of Object.entries({ DOWN, LATE, FOREIGN, CUT })) {
  test(`a call that failed by ${name} can be repeated with the key of its error`, async () => {
    await serving(
      [failure, PAYMENT],
      async (client, requests) => {
        const error = await client.createPayment(coffee()).catch((caught) => caught);
        assert.ok(error instanceof PaymentsError);

        await client.createPayment(coffee(), { idempotencyKey: error.idempotencyKey });

        assert.deepEqual(keys(requests), [error.idempotencyKey, error.idempotencyKey]);
      },
      { retries: { attemptsMax: 1 } },
    );
  });
}

test("an error has the key that the caller passed", async () => {
  await serving([problem(409, "conflict")], async (client) => {
    const options = { idempotencyKey: "order-4711" };
    await assert.rejects(client.createPayment(coffee(), options), options);
  });
});

test("an error of a call without a key has none", async () => {
  await serving([DOWN], async (client) => {
    const error = await client.discardFailedEvent("fev_a", note).catch((caught) => caught);
    assert.equal(error.idempotencyKey, undefined);
  });
});

test("a permanent failure is not retried", async () => {
  await serving([problem(500, "internal-error")], async (client, requests) => {
    await assert.rejects(client.getHealth(), InternalError);
    assert.equal(requests.length, 1);
  });
});

test("a call with too long a Retry-After is not retried", async () => {
  const busy = problem(429, "too-many-requests", { "Retry-After": "3600" });
  await serving([busy], async (client, requests) => {
    await assert.rejects(client.getHealth(), { retryAfterMs: 3_600_000 });
    assert.equal(requests.length, 1);
  });
});

test("the delay is at least Retry-After", async () => {
  const busy = problem(429, "too-many-requests", { "Retry-After": "1" });
  await serving([busy, OK], async (client) => {
    const start = performance.now();
    await client.getHealth();
    assert.ok(performance.now() - start >= 990);
  });
});

test("a request to an absent server was not sent", async () => {
  let gone;
  await serving([OK], (_client, _requests, baseUrl) => {
    gone = baseUrl;
  });
  const client = new PaymentsClient({ baseUrl: gone, retries: FAST });

  await assert.rejects(client.createPayment(coffee()), { name: "Unreachable", maybeDone: false });
});

test("the token function is called before each attempt, and no token is sent without security", async () => {
  const tokens = ["first", "second", "third"];
  const options = { token: async () => tokens.shift() };
  await serving(
    [DOWN, { status: 200, body: { items: [] } }, OK],
    async (client, requests) => {
      await client.listWallets();
      await client.getHealth();

      const sent = requests.map((request) => request.headers.authorization);
      assert.deepEqual(sent, ["Bearer first", "Bearer second", undefined]);
    },
    options,
  );
});

test("a type that a later API adds is a plain Problem", async () => {
  const later = { status: 418, body: { type: "urn:later", title: "t", status: 418, detail: "d" } };
  await serving([later], async (client) => {
    await assert.rejects(client.getHealth(), (error) => error.constructor === Problem);
  });
});

test("a list that repeats a page ends", async () => {
  const page = { status: 200, body: { items: [1], next_cursor: "here" } };
  await serving([page], async (client, requests) => {
    const read = async () => {
      for await (const item of client.iteratePayments()) assert.equal(item, 1);
    };
    await assert.rejects(read, UnexpectedAnswer);
    assert.equal(requests.length, 2);
  });
});

test("a path parameter cannot change the path", async () => {
  await serving([problem(404, "not-found")], async (client, requests) => {
    await assert.rejects(client.getPayment("../wallets?x=1#y"));
    assert.equal(requests[0].url, "/payments/..%2Fwallets%3Fx%3D1%23y");
  });
});

test("an invalid key is not sent", async () => {
  const client = new PaymentsClient({ baseUrl: "http://127.0.0.1:1" });
  for (const idempotencyKey of ["", "with space", "ü", "x".repeat(65), "a\nb"]) {
    await assert.rejects(client.createPayment(coffee(), { idempotencyKey }), TypeError);
  }
});

test("a base URL without a scheme is refused immediately", () => {
  assert.throws(() => new PaymentsClient({ baseUrl: "127.0.0.1:8080/v1" }), TypeError);
});
