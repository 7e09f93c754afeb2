// Sends calls by fetch, retries where that is safe, and reads the answers.
import { PROBLEMS, PaymentsError, Problem, UnexpectedAnswer, Unreachable } from "./errors.js";
import { pause } from "./pause.js";
import { RETRIES, delayMs } from "./retries.js";

const TIMEOUT_MS = 30_000;
const TEXT_CHARS_MAX = 200;
const KEY = /^[!-~]{1,64}$/;
// Node's codes for a connection that was never established. Browsers do not report it.
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

export class Transport {
  #baseUrl;
  #token;
  #timeoutMs;
  #retries;
  #fetch;

  constructor({ baseUrl, token, timeoutMs = TIMEOUT_MS, retries = {}, fetch }) {
    if (!/^https?:\/\//.test(baseUrl)) {
      throw new TypeError(`baseUrl must start with http:// or https://, but is ${baseUrl}`);
    }
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#token = token;
    this.#timeoutMs = timeoutMs;
    this.#retries = { ...RETRIES, ...retries };
    this.#fetch = fetch ?? ((...request) => globalThis.fetch(...request));
  }

  // withinMs limits all attempts together.
  async send(call, { idempotencyKey, signal, timeoutMs = this.#timeoutMs, withinMs = Infinity }) {
    const key = call.keyed ? checked(idempotencyKey ?? (await newKey())) : undefined;
    const end = performance.now() + withinMs;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const attemptMs = Math.min(timeoutMs, end - performance.now());
        return await this.#attempt(call, key, attemptMs, signal);
      } catch (failure) {
        if (failure instanceof PaymentsError && key !== undefined) failure.idempotencyKey = key;
        const ms = delayMs(this.#retries, call, attempt, failure);
        if (ms === undefined || ms >= end - performance.now()) throw failure;
        await pause(ms, signal);
      }
    }
  }

  async #attempt(call, key, timeoutMs, signal) {
    signal?.throwIfAborted();
    const token = typeof this.#token === "function" ? await this.#token() : this.#token;
    const request = {
      method: call.method,
      headers: headersOf(call, key, token),
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      redirect: "manual",
      credentials: "omit",
      cache: "no-store",
    };
    const url = urlOf(this.#baseUrl, call);
    // An invalid request throws here; thrown by fetch, it would look like a lost answer.
    new Request(url, request);
    signal?.throwIfAborted();
    const { response, text } = await this.#exchange(url, request, timeoutMs, signal);
    return read(response, text);
  }

  async #exchange(url, request, timeoutMs, signal) {
    const controller = new AbortController();
    const end = () => controller.abort();
    const timer = setTimeout(end, timeoutMs);
    signal?.addEventListener("abort", end, { once: true });
    try {
      const response = await this.#fetch(url, { ...request, signal: controller.signal });
      return { response, text: await response.text() };
    } catch (error) {
      signal?.throwIfAborted();
      const code = error.cause?.code;
      if (controller.signal.aborted) {
        throw new Unreachable(`No answer in ${Math.round(timeoutMs)} ms`, true, error);
      }
      throw new Unreachable(code ?? error.message, !NOT_SENT.includes(code), error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
    }
  }
}

function urlOf(baseUrl, call) {
  const given = (call.query ?? []).filter(([, value]) => value !== undefined && value !== null);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return baseUrl + call.path + (given.length > 0 ? `?${query}` : "");
}

function headersOf(call, key, token) {
  const headers = { Accept: "application/json" };
  for (const [name, value] of call.headers ?? []) {
    if (value !== undefined && value !== null) headers[name] = String(value);
  }
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  if (token && !call.anonymous) headers.Authorization = `Bearer ${token}`;
  return headers;
}

function read(response, text) {
  const document = parsed(text);
  if (response.ok) {
    if (document !== undefined) return document;
    throw unexpected(response, text, "The request was carried out, but its answer is not JSON");
  }
  // RFC 9457 makes type and detail optional.
  if (typeof document?.title !== "string" || typeof document.status !== "number") {
    throw unexpected(response, text, "The answer is neither a success nor a problem document");
  }
  throw new (PROBLEMS[document.type] ?? Problem)(document, retryAfterMs(response));
}

function unexpected(response, text, why) {
  const start = text.slice(0, TEXT_CHARS_MAX);
  return new UnexpectedAnswer(why, response.status, start, retryAfterMs(response));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// Retry-After in either of its forms: seconds, or a date (RFC 9110, 10.2.3).
function retryAfterMs(response) {
  const value = response.headers.get("Retry-After")?.trim() ?? "";
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const date = /GMT$/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function checked(key) {
  if (KEY.test(key)) return key;
  throw new TypeError(`idempotencyKey must match ${KEY.source}, but is ${JSON.stringify(key)}`);
}

// Browsers have no randomUUID on plain http, and Node 18 has no global crypto.
async function newKey() {
  const nodes = "node:crypto";
  const crypto = globalThis.crypto ?? (await import(/* @vite-ignore */ nodes)).webcrypto;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
