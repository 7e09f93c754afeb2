// Client of the Payment system API 1.2.0. Made by `make generate` from specs/openapi.yaml; do not edit.
export { PaymentsClient } from "./client.js";
export * from "./errors.js";
