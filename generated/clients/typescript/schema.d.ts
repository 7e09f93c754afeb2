// Requests and answers of the API. Made by `make generate` from specs/openapi.yaml; do not edit.

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

/** Derived from the user and the Idempotency-Key, so the same request always has the same payment id. */
export type PaymentId = string;

/** Derived from the caller and the Idempotency-Key of the deposit. */
export type DepositId = string;

/** Derived from the event's type and subject, so an event that is announced again keeps its id. */
export type EventId = string;

/** The party that is paid, as the external gateway knows it. */
export type Payee = string;

/** Why no money moved, as a stable code. Gateways add decline codes over time, so treat an unknown code as a decline without further detail. */
export type ReasonCode = string;

/** RFC 3339 date and time in UTC with milliseconds, so alphabetical order is chronological order. */
export type Timestamp = string;

/** State of the payment; `completed` and `failed` are final. */
export type PaymentStatus = "pending" | "completed" | "failed";

/** A payment to create. */
export interface PaymentRequest {
  amount: Money;
  payee: Payee;
  /** For the payer's own records; the gateway does not receive it. */
  description?: string;
  metadata?: Metadata;
}

/** Up to ten texts of the client's own, returned unchanged. */
export type Metadata = { [name: string]: string };

/** A payment and its current state. */
export interface Payment {
  payment_id: PaymentId;
  status: PaymentStatus;
  amount: Money;
  payee: Payee;
  description?: string;
  metadata?: Metadata;
  /** Why it failed; present only when `status` is `failed`. */
  failure_code?: ReasonCode;
  created_at: Timestamp;
  updated_at: Timestamp;
  /** A payment that is undecided at this time fails, and its money becomes available again. */
  expires_at: Timestamp;
}

/** One page of payments. */
export interface PaymentPage {
  items: Payment[];
  /** Present only when more items may follow. */
  next_cursor?: string;
}

/** Balances of one currency in minor units; posted = available + reserved. */
export interface Wallet {
  currency: Currency;
  /** Amount that can be paid with now. */
  available: number;
  /** Amount set aside for payments that are not decided yet. */
  reserved: number;
  /** Total amount in the wallet. */
  posted: number;
}

/** All wallets of a user. */
export interface WalletList {
  items: Wallet[];
}

/** Money to put into a wallet. */
export interface DepositRequest {
  /** In the currency of the path. */
  amount: Money;
  /** Whose wallet, for operators; the caller's own when omitted. */
  user_id?: UserId;
}

/** Money that was put into a wallet. */
export interface Deposit {
  deposit_id: DepositId;
  user_id: UserId;
  amount: Money;
  created_at: Timestamp;
}

/** Derived from the consumer and the message, so a message that fails again keeps its entry. */
export type FailedEventId = string;

/** State of the review; `open` waits for an operator. */
export type FailedEventStatus = "open" | "redriven" | "discarded";

/** `permanent`: this message can never be handled as it is. `retryable`: a dependency failed at every attempt. `bug`: the consumer raised an unexpected error. `unknown`: the consumer crashed or timed out before it recorded a reason. */
export type FailureKind = "permanent" | "retryable" | "bug" | "unknown";

/** A message that a service could not handle, and its review. */
export interface FailedEvent {
  failed_event_id: FailedEventId;
  status: FailedEventStatus;
  /** The service that could not handle it. */
  consumer: string;
  /** The channel that delivered it, which names its queue. */
  channel: string;
  /** Present only when the message could be parsed; the same applies to event_id and payment_id. */
  event_type?: string;
  event_id?: EventId;
  payment_id?: PaymentId;
  kind: FailureKind;
  /** What was wrong, as text for people. */
  reason: string;
  /** How often it was parked; 2 or more when it failed again after a redrive. */
  attempts: number;
  /** The original message, byte for byte. */
  body: string;
  parked_at: Timestamp;
  reviewed_at?: Timestamp;
  reviewed_by?: UserId;
  note?: string;
}

/** One page of failed events. */
export interface FailedEventPage {
  items: FailedEvent[];
  /** Present only when more items may follow. */
  next_cursor?: string;
}

/** An operator's decision about a failed event. */
export interface Review {
  /** The operator's reason, stored with the event. */
  note: string;
}

/** The state of the API. */
export interface Health {
  /** Always `ok`; an API that is down does not answer. */
  status: "ok";
}
