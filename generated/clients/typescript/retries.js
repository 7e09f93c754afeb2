// Whether and when a failed attempt is repeated.
import { Problem, UnexpectedAnswer, Unreachable } from "./errors.js";

export const RETRIES = {
  attemptsMax: 4,
  delayFirstMs: 200,
  delayMaxMs: 5_000,
  retryAfterMaxMs: 30_000,
  random: Math.random,
};

// 429 refuses before any work; the others may come from a proxy after the work.
const NOT_DONE = [429];
const PASSING = [...NOT_DONE, 502, 503, 504];

// Returns the milliseconds until the next attempt after this one (the first is 1), or undefined.
export function delayMs(retries, call, attempt, failure) {
  if (attempt >= retries.attemptsMax || !mayPass(call, failure)) return undefined;
  const askedMs = failure.retryAfterMs ?? 0;
  if (askedMs > retries.retryAfterMaxMs) return undefined;
  const ceilingMs = Math.min(retries.delayMaxMs, retries.delayFirstMs * 2 ** (attempt - 1));
  return askedMs + ceilingMs * retries.random();
}

function mayPass(call, failure) {
  if (failure instanceof Unreachable) return call.repeatable || !failure.maybeDone;
  if (failure instanceof Problem || failure instanceof UnexpectedAnswer) {
    return (call.repeatable ? PASSING : NOT_DONE).includes(failure.status);
  }
  return false;
}
