// What the API takes and gives. Made by `make generate` from specs/openapi.yaml; do not edit.

/** ISO 4217 code of a currency in which wallets can be held. */
export type Currency =
  | "AED"
  | "AUD"
  | "BHD"
  | "BRL"
  | "CAD"
  | "CHF"
  | "CLP"
  | "CNY"
  | "CZK"
  | "DKK"
  | "EUR"
  | "GBP"
  | "HKD"
  | "HUF"
  | "INR"
  | "JPY"
  | "KRW"
  | "KWD"
  | "MXN"
  | "NOK"
  | "NZD"
  | "PLN"
  | "SEK"
  | "SGD"
  | "TND"
  | "USD"
  | "ZAR";

/** An amount in integer minor units of its currency, so 125.50 USD is 12550 and 125 JPY is 125. */
export interface Money {
  /** Minor units. */
  value: number;
  currency: Currency;
}

/** The subject of the caller's identity token; owner of wallets and payments. */
export type UserId = string;

/** Derived from the user and the Idempotency-Key, so the same request always names the same payment. */
export type PaymentId = string;

/** Derived from the caller and the Idempotency-Key of the deposit. */
export type DepositId = string;

/** Derived from the event's type and subject, so an event that is announced again keeps its id. */
export type EventId = string;

/** The party that is paid, as the external gateway knows it. */
export type Payee = string;

/** Why money did not move, as a stable word. Gateways add decline codes over time, so treat an unknown one as a decline without further detail. */
export type ReasonCode = string;

/** RFC 3339 date and time in UTC, always with milliseconds, so that text order is time order. */
export type Timestamp = string;

/** Where the payment stands; `completed` and `failed` are final. */
export type PaymentStatus = "pending" | "completed" | "failed";

export interface PaymentRequest {
  amount: Money;
  payee: Payee;
  /** For the payer's own records. */
  description?: string;
  metadata?: Metadata;
}

/** Up to ten texts of the client's own, given back as they came. */
export type Metadata = { [name: string]: string };

export interface Payment {
  payment_id: PaymentId;
  status: PaymentStatus;
  amount: Money;
  payee: Payee;
  description?: string;
  metadata?: Metadata;
  /** Why it failed; only there when `status` is `failed`. */
  failure_code?: ReasonCode;
  created_at: Timestamp;
  updated_at: Timestamp;
  /** A payment that is not decided by then fails, and its money is available again. */
  expires_at: Timestamp;
}

export interface PaymentPage {
  items: Payment[];
  /** Only there when more may follow. */
  next_cursor?: string;
}

/** posted = available + reserved, all in minor units. */
export interface Wallet {
  currency: Currency;
  /** What can be paid with now. */
  available: number;
  /** Set aside for payments that are not decided yet. */
  reserved: number;
  /** All that is in the wallet. */
  posted: number;
}

export interface WalletList {
  items: Wallet[];
}

export interface DepositRequest {
  /** In the currency of the path. */
  amount: Money;
  /** Whose wallet, for operators; the caller's own when left out. */
  user_id?: UserId;
}

export interface Deposit {
  deposit_id: DepositId;
  user_id: UserId;
  amount: Money;
  created_at: Timestamp;
}

/** Derived from the consumer and the message, so a message that fails again is the same entry. */
export type FailedEventId = string;

/** `open` waits for an operator. */
export type FailedEventStatus = "open" | "redriven" | "discarded";

/** `permanent`: this message can never be handled as it is. `retryable`: the world was in the way, to the last try. `bug`: the consumer broke. `unknown`: the consumer left no word (it crashed or ran out of time). */
export type FailureKind = "permanent" | "retryable" | "bug" | "unknown";

export interface FailedEvent {
  failed_event_id: FailedEventId;
  status: FailedEventStatus;
  /** The service that could not handle it. */
  consumer: string;
  /** The channel it came through, which names its queue. */
  channel: string;
  /** Only there when the message could be read that far, as are event_id and payment_id. */
  event_type?: string;
  event_id?: EventId;
  payment_id?: PaymentId;
  kind: FailureKind;
  /** What was wrong, for a person to read. */
  reason: string;
  /** How often it was parked; 2 or more when it failed again after a redrive. */
  attempts: number;
  /** The message as it came, byte for byte. */
  body: string;
  parked_at: Timestamp;
  reviewed_at?: Timestamp;
  reviewed_by?: UserId;
  note?: string;
}

export interface FailedEventPage {
  items: FailedEvent[];
  /** Only there when more may follow. */
  next_cursor?: string;
}

export interface Review {
  /** Why the operator decided so; kept with the event. */
  note: string;
}

export interface Health {
  status: "ok";
}
