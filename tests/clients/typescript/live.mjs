// The running API, as the Python tests describe it in the environment.
import { PaymentsClient } from "payments-client";

const { BASE_URL, TOKENS } = process.env;
export const baseUrl = BASE_URL;
export const tokens = JSON.parse(TOKENS ?? "{}");
export const failedEventIds = JSON.parse(process.env.FAILED_EVENT_IDS ?? "[]");

export function clientOf(name, options = {}) {
  return new PaymentsClient({ baseUrl, token: tokens[name], ...options });
}

export function coffee(value = 450, payee = "coffee-shop-42") {
  return { amount: { value, currency: "EUR" }, payee };
}
