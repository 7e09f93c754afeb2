// The errors that a call can throw; index.d.ts shows the hierarchy.

export class PaymentsError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = new.target.name;
  }
}

export class Problem extends PaymentsError {
  constructor(document, retryAfterMs) {
    const fields = (document.errors ?? []).map((e) => ` [${e.field}: ${e.message}]`).join("");
    const detail = document.detail ? `: ${document.detail}` : "";
    super(`${document.title} (${document.status})${detail}${fields}`);
    this.type = document.type ?? "about:blank";
    this.title = document.title;
    this.status = document.status;
    this.detail = document.detail ?? "";
    this.errors = document.errors ?? [];
    this.retryAfterMs = retryAfterMs;
  }
}

export class MalformedRequest extends Problem {}

export class IdempotencyKeyMissing extends Problem {}

export class Unauthenticated extends Problem {}

export class Forbidden extends Problem {}

export class NotFound extends Problem {}

export class MethodNotAllowed extends Problem {}

export class Conflict extends Problem {}

export class PayloadTooLarge extends Problem {}

export class UnsupportedMediaType extends Problem {}

export class ValidationFailed extends Problem {}

export class IdempotencyKeyReused extends Problem {}

export class TooManyRequests extends Problem {}

export class InternalError extends Problem {}

export class TemporarilyUnavailable extends Problem {}

export class Timeout extends Problem {}

export class UnexpectedAnswer extends PaymentsError {
  constructor(why, status, text, retryAfterMs) {
    super(`${why} (status ${status}): ${JSON.stringify(text)}`);
    this.status = status;
    this.text = text;
    this.retryAfterMs = retryAfterMs;
  }
}

export class Unreachable extends PaymentsError {
  constructor(why, maybeDone, cause) {
    super(`${why}; ${maybeDone ? "it may have been carried out" : "it was not sent"}`, { cause });
    this.maybeDone = maybeDone;
  }
}

export class StillPending extends PaymentsError {
  constructor(payment, waitedMs, cause) {
    super(`${payment.payment_id} is still pending after ${waitedMs} ms`, { cause });
    this.payment = payment;
    this.waitedMs = waitedMs;
  }
}

export const PROBLEMS = {
  "urn:problem-type:payments:malformed-request": MalformedRequest,
  "urn:problem-type:payments:idempotency-key-missing": IdempotencyKeyMissing,
  "urn:problem-type:payments:unauthenticated": Unauthenticated,
  "urn:problem-type:payments:forbidden": Forbidden,
  "urn:problem-type:payments:not-found": NotFound,
  "urn:problem-type:payments:method-not-allowed": MethodNotAllowed,
  "urn:problem-type:payments:conflict": Conflict,
  "urn:problem-type:payments:payload-too-large": PayloadTooLarge,
  "urn:problem-type:payments:unsupported-media-type": UnsupportedMediaType,
  "urn:problem-type:payments:validation-failed": ValidationFailed,
  "urn:problem-type:payments:idempotency-key-reused": IdempotencyKeyReused,
  "urn:problem-type:payments:too-many-requests": TooManyRequests,
  "urn:problem-type:payments:internal-error": InternalError,
  "urn:problem-type:payments:temporarily-unavailable": TemporarilyUnavailable,
  "urn:problem-type:payments:timeout": Timeout,
};
