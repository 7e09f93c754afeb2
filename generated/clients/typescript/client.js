// The operations of the API as methods.
import { StillPending, UnexpectedAnswer, Unreachable } from "./errors.js";
import { pause } from "./pause.js";
import { Transport } from "./transport.js";

const WAIT_TIMEOUT_MS = 60_000;
const PAUSE_FIRST_MS = 100;
const PAUSE_MAX_MS = 2_000;
const PAUSE_GROWTH = 1.5;
// The last read starts when no time is left, and gets this much.
const READ_TIMEOUT_MIN_MS = 1_000;

export class PaymentsClient {
  #transport;

  constructor(options) {
    this.#transport = new Transport(options);
  }

  createPayment(body, options = {}) {
    const call = {
      method: "POST",
      path: "/payments",
      repeatable: true,
      keyed: true,
      body,
    };
    return this.#transport.send(call, options);
  }

  listPayments(parameters = {}, options = {}) {
    const call = {
      method: "GET",
      path: "/payments",
      repeatable: true,
      query: [
        ["status", parameters.status],
        ["page_size", parameters.page_size],
        ["cursor", parameters.cursor],
      ],
    };
    return this.#transport.send(call, options);
  }

  async *iteratePayments(parameters = {}, options = {}) {
    let cursor;
    do {
      const page = await this.listPayments({ ...parameters, cursor }, options);
      yield* page.items;
      cursor = movedOn(cursor, page.next_cursor);
    } while (cursor !== undefined);
  }

  getPayment(paymentId, options = {}) {
    const call = {
      method: "GET",
      path: `/payments/${encodeURIComponent(paymentId)}`,
      repeatable: true,
    };
    return this.#transport.send(call, options);
  }

  listWallets(options = {}) {
    const call = {
      method: "GET",
      path: "/wallets",
      repeatable: true,
    };
    return this.#transport.send(call, options);
  }

  getWallet(currency, parameters = {}, options = {}) {
    const call = {
      method: "GET",
      path: `/wallets/${encodeURIComponent(currency)}`,
      repeatable: true,
      query: [["user_id", parameters.user_id]],
    };
    return this.#transport.send(call, options);
  }

  createDeposit(currency, body, options = {}) {
    const call = {
      method: "POST",
      path: `/wallets/${encodeURIComponent(currency)}/deposits`,
      repeatable: true,
      keyed: true,
      body,
    };
    return this.#transport.send(call, options);
  }

  listFailedEvents(parameters = {}, options = {}) {
    const call = {
      method: "GET",
      path: "/failed-events",
      repeatable: true,
      query: [
        ["status", parameters.status],
        ["page_size", parameters.page_size],
        ["cursor", parameters.cursor],
      ],
    };
    return this.#transport.send(call, options);
  }

  async *iterateFailedEvents(parameters = {}, options = {}) {
    let cursor;
    do {
      const page = await this.listFailedEvents({ ...parameters, cursor }, options);
      yield* page.items;
      cursor = movedOn(cursor, page.next_cursor);
    } while (cursor !== undefined);
  }

  getFailedEvent(failedEventId, options = {}) {
    const call = {
      method: "GET",
      path: `/failed-events/${encodeURIComponent(failedEventId)}`,
      repeatable: true,
    };
    return this.#transport.send(call, options);
  }

  redriveFailedEvent(failedEventId, body, options = {}) {
    const call = {
      method: "POST",
      path: `/failed-events/${encodeURIComponent(failedEventId)}/redrive`,
      repeatable: false,
      body,
    };
    return this.#transport.send(call, options);
  }

  discardFailedEvent(failedEventId, body, options = {}) {
    const call = {
      method: "POST",
      path: `/failed-events/${encodeURIComponent(failedEventId)}/discard`,
      repeatable: false,
      body,
    };
    return this.#transport.send(call, options);
  }

  getHealth(options = {}) {
    const call = {
      method: "GET",
      path: "/health",
      repeatable: true,
      anonymous: true,
    };
    return this.#transport.send(call, options);
  }

  async waitUntilFinal(payment, { timeoutMs = WAIT_TIMEOUT_MS, signal } = {}) {
    const paymentId = typeof payment === "string" ? payment : payment.payment_id;
    const end = performance.now() + timeoutMs;
    const leftMs = () => Math.max(0, end - performance.now());
    let latest;
    for (let pauseMs = PAUSE_FIRST_MS; ; pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * PAUSE_GROWTH)) {
      const withinMs = Math.max(READ_TIMEOUT_MIN_MS, leftMs());
      try {
        latest = await this.getPayment(paymentId, { signal, withinMs });
      } catch (error) {
        const over = error instanceof Unreachable && leftMs() <= pauseMs;
        if (!over || latest === undefined) throw error;
        throw new StillPending(latest, timeoutMs, error);
      }
      if (latest.status !== "pending") return latest;
      if (leftMs() === 0) throw new StillPending(latest, timeoutMs);
      await pause(Math.min(pauseMs, leftMs()), signal);
    }
  }
}

// Reading a list that repeats a page would never end.
function movedOn(cursor, following) {
  if (following !== undefined && following === cursor) {
    throw new UnexpectedAnswer("The page names itself as the next one", 200, following);
  }
  return following;
}
