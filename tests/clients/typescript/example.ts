// Code of a TypeScript caller. It is compiled, not run: tsc must accept it, and refuse each line
// below an @ts-expect-error.
import {
  type Payment,
  type PaymentRequest,
  NotFound,
  PaymentsClient,
  Problem,
  Unreachable,
  ValidationFailed,
  type WaitOptions,
} from "payments-client";

export async function pay(token: string, signal: AbortSignal): Promise<string> {
  const payments = new PaymentsClient({ baseUrl: "http://127.0.0.1:8080/v1", token });
  const coffee: PaymentRequest = {
    amount: { value: 450, currency: "EUR" },
    payee: "coffee-shop-42",
  };
  const payment: Payment = await payments.createPayment(coffee, { idempotencyKey: "o-1", signal });
  const wait: WaitOptions = { signal, timeoutMs: 5_000 };
  const final = await payments.waitUntilFinal(payment, wait);
  for await (const earlier of payments.iteratePayments({ status: "completed", page_size: 50 })) {
    const value: number = earlier.amount.value;
    const why: string | undefined = earlier.failure_code;
    console.log(value, why);
  }
  return final.status;
}

export function described(error: unknown): string {
  if (error instanceof ValidationFailed) return error.errors.map((e) => e.field).join();
  if (error instanceof NotFound) return error.detail;
  if (error instanceof Problem) return error.type;
  if (error instanceof Unreachable) return error.idempotencyKey ?? String(error.maybeDone);
  throw error;
}

export async function refused(payments: PaymentsClient): Promise<void> {
  // @ts-expect-error payee is missing
  await payments.createPayment({ amount: { value: 1, currency: "EUR" } });
  // @ts-expect-error no such currency
  await payments.getWallet("XXX");
  // @ts-expect-error no such status
  await payments.listPayments({ status: "paid" });
  // @ts-expect-error reading needs no key
  await payments.getPayment("pay_a", { idempotencyKey: "k" });
  // @ts-expect-error waiting needs no key
  await payments.waitUntilFinal("pay_a", { idempotencyKey: "k" });
  // @ts-expect-error the iterator handles the cursor
  payments.iteratePayments({ cursor: "c" });
  // @ts-expect-error an unknown field
  await payments.createDeposit("EUR", { amount: { value: 1, currency: "EUR" }, gift: true });
}
