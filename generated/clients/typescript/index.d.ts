// Client of the Payment system API 1.2.0. Made by `make generate` from specs/openapi.yaml; do not edit.
import type {
  Currency,
  Money,
  UserId,
  PaymentId,
  DepositId,
  EventId,
  Payee,
  ReasonCode,
  Timestamp,
  PaymentStatus,
  PaymentRequest,
  Metadata,
  Payment,
  PaymentPage,
  Wallet,
  WalletList,
  DepositRequest,
  Deposit,
  FailedEventId,
  FailedEventStatus,
  FailureKind,
  FailedEvent,
  FailedEventPage,
  Review,
  Health,
} from "./schema.js";

export type {
  Currency,
  Money,
  UserId,
  PaymentId,
  DepositId,
  EventId,
  Payee,
  ReasonCode,
  Timestamp,
  PaymentStatus,
  PaymentRequest,
  Metadata,
  Payment,
  PaymentPage,
  Wallet,
  WalletList,
  DepositRequest,
  Deposit,
  FailedEventId,
  FailedEventStatus,
  FailureKind,
  FailedEvent,
  FailedEventPage,
  Review,
  Health,
};

/** Attempt n is followed by a random delay up to delayFirstMs * 2^(n-1), at most delayMaxMs, and at least Retry-After. */
export interface Retries {
  /** Default: 4; 1 switches retries off. */
  attemptsMax?: number;
  /** Default: 200. */
  delayFirstMs?: number;
  /** Default: 5,000. */
  delayMaxMs?: number;
  /** With a longer Retry-After, the call fails without a retry. Default: 30,000. */
  retryAfterMaxMs?: number;
  /** Returns a number from 0 to 1. Default: Math.random. */
  random?: () => number;
}

export interface ClientOptions {
  /** For example https://api.example.com/v1 */
  baseUrl: string;
  /** A bearer token, or a function that returns one and is called before each attempt. */
  token?: string | (() => string | Promise<string>);
  /** Of one attempt. Default: 30,000. */
  timeoutMs?: number;
  retries?: Retries;
  /** Replaces the global fetch. */
  fetch?: typeof globalThis.fetch;
}

export interface Options {
  /** Ends the call; it then throws the signal's reason. */
  signal?: AbortSignal;
  /** Of one attempt. Default: the client's. */
  timeoutMs?: number;
}

export interface WaitOptions {
  /** Ends the wait; it then throws the signal's reason. */
  signal?: AbortSignal;
  /** Of the whole wait. The last read starts when it is over, and may take a second. Default: 60,000. */
  timeoutMs?: number;
}

export interface KeyedOptions extends Options {
  /** Makes the call safe to repeat. Default: a new key for the call. */
  idempotencyKey?: string;
}

/** Payment system API 1.2.0. Every method throws a PaymentsError when it fails. */
export class PaymentsClient {
  constructor(options: ClientOptions);

  /** Create a payment. Records the payment as `pending` and starts it. The amount is reserved in the caller's wallet of the same currency, charged through the external gateway, and deducted; or the payment fails and no money moves. */
  createPayment(body: PaymentRequest, options?: KeyedOptions): Promise<Payment>;

  /** List own payments. Newest first. A new payment may appear in the list with a short delay; getPayment finds it immediately. */
  listPayments(
    parameters?: { status?: PaymentStatus; page_size?: number; cursor?: string },
    options?: Options,
  ): Promise<PaymentPage>;

  /** List own payments: every item, fetching page after page. */
  iteratePayments(
    parameters?: { status?: PaymentStatus; page_size?: number },
    options?: Options,
  ): AsyncGenerator<Payment, void, void>;

  /** Read one of your payments. Consistent with every earlier answer, unlike the list. 404 also where the payment is another user's. */
  getPayment(paymentId: PaymentId, options?: Options): Promise<Payment>;

  /** List own wallets. One wallet per currency that was ever deposited, ordered by currency code. */
  listWallets(options?: Options): Promise<WalletList>;

  /** Read one of your wallets. Consistent with every earlier answer. Operators may read the wallet of another user; for others, a `user_id` that is not their own is refused with 403. */
  getWallet(
    currency: Currency,
    parameters?: { user_id?: UserId },
    options?: Options,
  ): Promise<Wallet>;

  /** Put money into a wallet. Operators may deposit into the wallet of any user; the first deposit creates the wallet. In a sandbox every user may deposit into their own wallet. 409 where the wallet would hold more than the maximum of `posted`. */
  createDeposit(currency: Currency, body: DepositRequest, options?: KeyedOptions): Promise<Deposit>;

  /** List events that wait for review. Oldest first. */
  listFailedEvents(
    parameters?: { status?: FailedEventStatus; page_size?: number; cursor?: string },
    options?: Options,
  ): Promise<FailedEventPage>;

  /** List events that wait for review: every item, fetching page after page. */
  iterateFailedEvents(
    parameters?: { status?: FailedEventStatus; page_size?: number },
    options?: Options,
  ): AsyncGenerator<FailedEvent, void, void>;

  /** Read one failed event. Includes the message itself, which may hold personal data. */
  getFailedEvent(failedEventId: FailedEventId, options?: Options): Promise<FailedEvent>;

  /** Send a failed event back to its consumer. The consumer receives the original message again, which is safe since consumers are idempotent. 409 where the event was already redriven or discarded. */
  redriveFailedEvent(
    failedEventId: FailedEventId,
    body: Review,
    options?: Options,
  ): Promise<FailedEvent>;

  /** Close a failed event without sending it back. The message stays stored for reference, and its consumer never receives it again. 409 where the event was already redriven or discarded. */
  discardFailedEvent(
    failedEventId: FailedEventId,
    body: Review,
    options?: Options,
  ): Promise<FailedEvent>;

  /** Is the API up? Needs no token and reads no data, so it suits load balancers and monitors. */
  getHealth(options?: Options): Promise<Health>;

  /** Reads a payment (or the one with this id) until it is completed or failed; throws StillPending when it is neither in time. */
  waitUntilFinal(payment: Payment | PaymentId, options?: WaitOptions): Promise<Payment>;
}

/**
 * The superclass of all errors that a call can throw:
 *
 *     PaymentsError
 *     ├── Problem                      the API refused; the class is the reason, the message the fix
 *     │   ├── MalformedRequest         The request is malformed (400)
 *     │   ├── IdempotencyKeyMissing    Idempotency-Key is missing (400)
 *     │   ├── Unauthenticated          Authentication is needed (401)
 *     │   ├── Forbidden                Not allowed (403)
 *     │   ├── NotFound                 Not found (404)
 *     │   ├── MethodNotAllowed         method-not-allowed ()
 *     │   ├── Conflict                 Not possible now (409)
 *     │   ├── PayloadTooLarge          The body is too large (413)
 *     │   ├── UnsupportedMediaType     The media type is not supported (415)
 *     │   ├── ValidationFailed         The request is not valid (400 or 422)
 *     │   ├── IdempotencyKeyReused     The Idempotency-Key belongs to another request (422)
 *     │   ├── TooManyRequests          Too many requests (429)
 *     │   ├── InternalError            Internal error (500)
 *     │   ├── TemporarilyUnavailable   Temporarily unavailable (503)
 *     │   └── Timeout                  Timed out (504)
 *     ├── UnexpectedAnswer             the answer does not match the contract
 *     ├── Unreachable                  no answer came; `maybeDone`: it may have been carried out
 *     └── StillPending                 waitUntilFinal timed out; the payment continues
 *
 * A type of problem that a later API adds is a plain Problem.
 */
export class PaymentsError extends Error {
  /** The key of the call, if it had one: sent again with it, the request is carried out once. */
  readonly idempotencyKey?: string;
}

export type ProblemType =
  | "urn:problem-type:payments:malformed-request"
  | "urn:problem-type:payments:idempotency-key-missing"
  | "urn:problem-type:payments:unauthenticated"
  | "urn:problem-type:payments:forbidden"
  | "urn:problem-type:payments:not-found"
  | "urn:problem-type:payments:method-not-allowed"
  | "urn:problem-type:payments:conflict"
  | "urn:problem-type:payments:payload-too-large"
  | "urn:problem-type:payments:unsupported-media-type"
  | "urn:problem-type:payments:validation-failed"
  | "urn:problem-type:payments:idempotency-key-reused"
  | "urn:problem-type:payments:too-many-requests"
  | "urn:problem-type:payments:internal-error"
  | "urn:problem-type:payments:temporarily-unavailable"
  | "urn:problem-type:payments:timeout"
  | (string & {});

export interface FieldError {
  /** The path with dots, for example `amount.value`. */
  readonly field: string;
  readonly message: string;
}

export class Problem extends PaymentsError {
  readonly type: ProblemType;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  /** Retry-After of the answer, if present. */
  readonly retryAfterMs?: number;
}

/** The request is malformed (400). */
export class MalformedRequest extends Problem {}

/** Idempotency-Key is missing (400). */
export class IdempotencyKeyMissing extends Problem {}

/** Authentication is needed (401). */
export class Unauthenticated extends Problem {}

/** Not allowed (403). */
export class Forbidden extends Problem {}

/** Not found (404). */
export class NotFound extends Problem {}

/** method-not-allowed (). */
export class MethodNotAllowed extends Problem {}

/** Not possible now (409). */
export class Conflict extends Problem {}

/** The body is too large (413). */
export class PayloadTooLarge extends Problem {}

/** The media type is not supported (415). */
export class UnsupportedMediaType extends Problem {}

/** The request is not valid (400 or 422). */
export class ValidationFailed extends Problem {}

/** The Idempotency-Key belongs to another request (422). */
export class IdempotencyKeyReused extends Problem {}

/** Too many requests (429). */
export class TooManyRequests extends Problem {}

/** Internal error (500). */
export class InternalError extends Problem {}

/** Temporarily unavailable (503). */
export class TemporarilyUnavailable extends Problem {}

/** Timed out (504). */
export class Timeout extends Problem {}

/** The answer does not match the contract. */
export class UnexpectedAnswer extends PaymentsError {
  readonly status: number;
  /** The start of the answer. */
  readonly text: string;
  readonly retryAfterMs?: number;
}

/** No answer came. With `maybeDone`: read the result, or send the request again with the same idempotencyKey. */
export class Unreachable extends PaymentsError {
  readonly maybeDone: boolean;
}

/** The payment was not final in time. It becomes final without further calls: wait again, or read it later. */
export class StillPending extends PaymentsError {
  readonly payment: Payment;
  readonly waitedMs: number;
}
