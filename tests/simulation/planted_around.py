"""Bugs planted in the handlers that simulation must find: what is around the decisions."""

from __future__ import annotations

from typing import Final

from tests.simulation.mutant import Mutant

QUEUE: Final = "handlers.runtime.queue"
RELAY: Final = "handlers.event_relay.stream"
REVIEWER: Final = "handlers.error_handler.consumer"
FAILED_EVENTS: Final = "handlers.error_handler.store"
ANSWERS: Final = "handlers.gateway_processor.http_answers"
HTTP: Final = "handlers.gateway_processor.http_gateway"

AROUND: Final = (
    Mutant(
        "a failure is acknowledged",
        QUEUE,
        "for record, _, _ in filter(self._must_be_redelivered, ends)]",
        "for record, _, _ in filter(self._must_be_redelivered, ends) if not record]",
    ),
    Mutant(
        "the last try drops the message",
        QUEUE,
        "        return not self._park(record, kind, outcome)",
        '        return kind == "bug" and not self._park(record, kind, outcome)',
    ),
    Mutant(
        "a message that could not be parked is acknowledged",
        QUEUE,
        'it is delivered again", extra=error_type)\n        return False',
        'it is delivered again", extra=error_type)\n        return True',
        seed=10,
    ),
    Mutant(
        "a failed backoff fails the whole batch with a result of its own",
        QUEUE,
        'logger.warning("backoff not set: the visibility timeout decides", extra=error_type)',
        "raise SystemError from error",
        seed=3,
    ),
    Mutant(
        "an unreadable message is dropped",
        QUEUE,
        "                ends.append((record, None, failure))",
        "                ends.append((record, None, str(failure)))",
    ),
    Mutant(
        "a conflict is a success",
        "handlers.runtime.commit",
        "        raise _failed_write(error) from error",
        """        failed = _failed_write(error)
        if not isinstance(failed, Conflict):
            raise failed from error""",
    ),
    Mutant(
        "after too many conflicts the message counts as done",
        "handlers.payment_orchestrator.consumer",
        "    return until_settled(clock, attempt)",
        """    try:
        return until_settled(clock, attempt)
    except Exception as failure:
        return str(failure)""",
        seed=2,
    ),
    Mutant(
        "the relay gives up what the bus did not take",
        RELAY,
        '        raise Retryable(f"{len(left)} events could not be published',
        '        logger.error(f"{len(left)} events could not be published',
        seed=113,
    ),
    Mutant(
        "the relay looks at the call, not at its entries",
        RELAY,
        '            code = entry.get("ErrorCode")\n',
        '            code = ""\n',
    ),
    Mutant(
        "the relay publishes the first ten only",
        RELAY,
        "    for start in range(0, len(publications), ENTRIES_MAX):",
        "    for start in range(0, min(len(publications), 10), ENTRIES_MAX):",
    ),
    Mutant(
        "the relay lets a throttled call pass",
        RELAY,
        '            raise aws.as_failure(error, "publish events") from error',
        "            return []",
    ),
    Mutant(
        "the relay drops what breaks the contract",
        RELAY,
        "                self._park(outbox, failure)\n        return good",
        "                logger.warning(str(failure))\n        return good",
        seed=2,
    ),
    Mutant(
        "a dead letter is let go before it is stored",
        REVIEWER,
        """                logger.warning(str(failure), extra={"message_id": message_id})
                failures.append({"itemIdentifier": message_id})
            except Exception""",
        """                logger.warning(str(failure), extra={"message_id": message_id})
            except Exception""",
        seed=2,
    ),
    Mutant(
        "what the bus left out is taken for the last entries",
        RELAY,
        "        return left\n",
        "        return list(publications)[len(publications) - len(left) :]\n",
        seed=30,
    ),
    Mutant(
        "a dead letter is neither sent back nor stored",
        REVIEWER,
        "        _send_back(queues, dead_letter, decided)\n        return\n",
        "        return\n",
    ),
    Mutant(
        "a dead letter is stored before it raises its alarm",
        REVIEWER,
        """    count("FailedEventParked", consumer=dead_letter.consumer)
    failed_events.park(event, record["messageId"])
""",
        """    failed_events.park(event, record["messageId"])
    count("FailedEventParked", consumer=dead_letter.consumer)
""",
        seed=117,
    ),
    Mutant(
        "a dead letter is named by the id of its event",
        "handlers.error_handler.dead_letter",
        "fingerprint(dead_letter.body)",
        "dead_letter.event_id or dead_letter.body",
        seed=554,
    ),
    Mutant(
        "a dead letter goes back without end",
        REVIEWER,
        "        redrives=dead_letter.redrives + 1,",
        "        redrives=0,",
    ),
    Mutant(
        "a dead letter that fails again stays closed",
        FAILED_EVENTS,
        '        sets |= {"parked_by_message": message_id}',
        '        sets |= {"parked_by_message": event.failed_event_id}',
        seed=2,
    ),
    Mutant(
        "a dead letter goes back to another queue",
        "handlers.error_handler.redrive",
        'f"{self.prefix}-{consumer}--{channel}"',
        'f"{self.prefix}-{consumer}--{channel}".removesuffix("-at-expiry")',
    ),
    Mutant(
        "an operator's decision is recorded before it is done",
        "handlers.error_handler.api",
        """        return self._recorded(reviewed)

    def discard""",
        """        return recorded

    def discard""",
        also=(
            (
                "        self.queues.send_back(",
                "        recorded = self._recorded(reviewed)\n        self.queues.send_back(",
            ),
        ),
        seed=602,
    ),
    Mutant(
        "announcements again are counted, first ones are not",
        "handlers.metrics_collector.decisions",
        "    if message.reannounced:\n",
        "    if not message.reannounced:\n",
    ),
    Mutant(
        "a cancelled key counts as not found",
        ANSWERS,
        "            return Cancelled()\n        case _:",
        "            return NotFound()\n        case _:",
        seed=10,
    ),
    Mutant(
        "any answer to a charge is good",
        ANSWERS,
        '_expect(document.get("idempotency_key") == call.key, ',
        '_expect("idempotency_key" in document, ',
        seed=94,
    ),
    Mutant(
        "silence counts as cancelled",
        HTTP,
        "            return Unknown(str(unknown))",
        '            gateway = __import__("handlers.gateway_processor.gateway", fromlist=["x"])\n'
        "            return gateway.Cancelled()",
        seed=2,
    ),
    Mutant(
        "each attempt to charge has a key of its own",
        HTTP,
        '"Idempotency-Key": call.key}',
        '"Idempotency-Key": call.key + str(time.time_ns())}',
    ),
)
