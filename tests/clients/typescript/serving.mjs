// A client with a scripted API, and the answers of that API.
import { once } from "node:events";
import { createServer } from "node:http";

import { PaymentsClient } from "payments-client";

import { coffee } from "./live.mjs";

export const FAST = { delayFirstMs: 1, delayMaxMs: 1 };
export const CUT = "cut";
export const SILENT = "silent";
export const DRIPPING = "dripping"; // until the client ends it
export const OK = { status: 200, body: { status: "ok" } };
export const PAYMENT = {
  status: 201,
  body: { payment_id: `pay_${"a".repeat(26)}`, status: "pending", ...coffee() },
};
export const PENDING = { ...PAYMENT, status: 200 };

export function problem(status, slug, headers = {}) {
  const type = `urn:problem-type:payments:${slug}`;
  return { status, headers, body: { type, title: "t", status, detail: "d" } };
}

export const BUSY = problem(429, "too-many-requests");
export const DOWN = problem(503, "temporarily-unavailable");
export const LATE = problem(504, "timeout");
export const FOREIGN = { status: 502, body: "<html>" };

function drip(response) {
  const timer = setInterval(() => response.write(" "), 10);
  response.once("close", () => clearInterval(timer));
}

// Runs `act` with a client whose API gives these answers; the last one repeats.
export async function serving(answers, act, options = {}) {
  const requests = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.push(request), answers.length) - 1];
    if (answer === CUT) request.socket.destroy();
    else if (answer === DRIPPING) drip(response);
    else if (answer !== SILENT) {
      response.writeHead(answer.status, answer.headers ?? {});
      response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  try {
    await act(new PaymentsClient({ baseUrl, retries: FAST, ...options }), requests, baseUrl);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export const keys = (requests) => requests.map((request) => request.headers["idempotency-key"]);
