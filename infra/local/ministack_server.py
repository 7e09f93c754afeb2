"""MiniStack, with the features of AWS that this system needs and MiniStack lacks.

Runs in the environment `.venv-ministack`, by path, so it imports nothing of this project:

- Records of DynamoDB streams are kept across a stop. MiniStack keeps only how far each mapping had
  read, and so skips as many records after the start: events would be lost.
- Parameters of the template arrive as text; where MiniStack compares one with a number, polling of
  every queue would end.
- Nothing is polled before the server listens. Handlers would run without their tables.
- Each function has at most WORKERS_MAX processes; further calls wait for one. MiniStack starts one
  process for every concurrent call.
- Functions find their dependencies in WORKERS_PATH: unpacking them for each process takes seconds.
- Requests count as TLS: policies that ask for it would refuse everything when IAM is enforced.
- The error of a function that cannot start carries its traceback. MiniStack keeps only the text of
  the exception, which for a KeyError is the key.
- `POST /_local/pause` stops polling and waits until no function runs: a stop loses nothing then.
- `GET /_local/workers` lists the processes of each function, for tests that kill them.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

from ministack import app as ministack
from ministack.core import lambda_runtime
from ministack.services import dynamodb, lambda_svc

WORKERS_MAX = int(os.environ.get("WORKERS_MAX", "2"))
PORT = int(os.environ["GATEWAY_PORT"])
PAUSE_TIMEOUT_S = 15.0
LAST_LINES_TIMEOUT_S = 1.0
POLL_S = 0.02

paused = threading.Event()

Send = Callable[[dict[str, Any]], Awaitable[None]]


def keep_stream_records() -> None:
    """Save and restore, with the tables, the stream records that some mapping has not read yet."""
    get_state, load_state = dynamodb.get_state, dynamodb.load_persisted_state

    def get_state_with_records() -> dict[str, Any]:
        records, trimmed = _unread_records()
        return {**get_state(), "stream_records": records, "stream_trimmed": trimmed}

    def load_state_with_records(data: dict[str, Any]) -> None:
        # Records first: as soon as its table exists, a poller may read the stream.
        dynamodb._stream_records.update(data.get("stream_records", {}))
        dynamodb._stream_trimmed.update(data.get("stream_trimmed", {}))
        load_state(data)

    dynamodb.get_state = get_state_with_records
    dynamodb.load_persisted_state = load_state_with_records


def _unread_records() -> tuple[Any, Any]:
    """The records from the position of the slowest mapping on, and how many came before them."""
    records = copy.deepcopy(dynamodb._stream_records)
    trimmed = copy.deepcopy(dynamodb._stream_trimmed)
    for scope, of_table in records._data.items():
        before = trimmed._data.get(scope, 0)
        read = max(0, _slowest_position(scope) - before)
        del of_table[:read]
        trimmed._data[scope] = before + read
    return records, trimmed


def _slowest_position(scope: tuple[str, str, str]) -> int:
    account, region, table = scope
    positions = [
        lambda_svc._dynamodb_stream_positions._data.get((account, region, key[-1]), 0)
        for key, mapping in lambda_svc._esms._data.items()
        if key[:2] == (account, region) and f":table/{table}/stream/" in mapping["EventSourceArn"]
    ]
    return min(positions, default=0)


def poll_only_while_serving() -> None:
    """Start the poller once the server listens, and let it find nothing while paused."""
    ensure_poller = lambda_svc._ensure_poller

    def ensure_poller_once_listening() -> None:
        threading.Thread(target=_when_listening, args=(ensure_poller,), daemon=True).start()

    lambda_svc._ensure_poller = ensure_poller_once_listening
    for name in ("_poll_sqs", "_poll_dynamodb_streams"):
        poll = getattr(lambda_svc, name)
        setattr(lambda_svc, name, lambda poll=poll: False if paused.is_set() else poll())


def _when_listening(then: Callable[[], None]) -> None:
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", PORT)) == 0:
                then()
                return
        time.sleep(POLL_S)


def read_numbers() -> None:
    """Let a mapping's MaximumConcurrency be a number, as AWS does."""
    concurrency = lambda_svc._sqs_esm_concurrency

    def concurrency_as_number(mapping: dict[str, Any], *args: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        if "MaximumConcurrency" in scaling:
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        return int(concurrency(mapping, *args))

    lambda_svc._sqs_esm_concurrency = concurrency_as_number


def bound_workers() -> None:
    """Let a call wait for a free worker where MiniStack would start one more or refuse it."""
    acquire = lambda_runtime.acquire_worker
    lambda_runtime._LOCAL_MAX_WORKERS = WORKERS_MAX

    def acquire_patiently(*args: Any, **kwargs: Any) -> tuple[Any, str]:
        worker, how = acquire(*args, **kwargs)
        while worker is None:
            time.sleep(POLL_S)
            worker, how = acquire(*args, **kwargs)
        return worker, how

    lambda_svc.acquire_worker = acquire_patiently


def share_dependencies() -> None:
    """Let the functions, but not MiniStack itself, import what the packages leave out."""
    os.environ["PYTHONPATH"] = os.environ["WORKERS_PATH"]


def report_failed_starts() -> None:
    """Let the error of a function that cannot start carry what it printed, and its traceback."""
    script, answer = lambda_runtime._PYTHON_WORKER_SCRIPT, "_real_stdout.write(json.dumps({"
    failed = f'{answer}"status": "error", "error": str(e)}})'
    if failed not in script:
        raise RuntimeError("MiniStack's worker script has changed: adapt report_failed_starts")
    traced = f"traceback.print_exc(); {failed}"
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(failed, traced)
    spawn = lambda_runtime.Worker._spawn

    def spawn_or_report(worker: Any) -> None:
        try:
            spawn(worker)
        except RuntimeError as error:
            if worker._stderr_thread:  # it ends with the process, which has ended or is about to
                worker._stderr_thread.join(LAST_LINES_TIMEOUT_S)
            raise RuntimeError(f"{error}\n{worker._drain_stderr()}") from error

    lambda_runtime.Worker._spawn = spawn_or_report


def serve_control() -> None:
    """Answer /_local/... before MiniStack sees the request."""
    serve = ministack.app

    async def app(scope: dict[str, Any], receive: object, send: Send) -> None:
        path = scope.get("path", "")
        if path == "/_local/pause":
            await _answer(send, await asyncio.to_thread(_pause))
        elif path == "/_local/workers":
            await _answer(send, _workers())
        else:
            await serve(_as_tls(scope), receive, send)

    ministack.app = app


def _as_tls(scope: dict[str, Any]) -> dict[str, Any]:
    """Let the policies that ask for TLS trust what comes from this machine."""
    if scope["type"] != "http":
        return scope
    headers = [item for item in scope["headers"] if item[0] != b"x-forwarded-proto"]
    return {**scope, "headers": [*headers, (b"x-forwarded-proto", b"https")]}


def _pause() -> dict[str, Any]:
    """Stop polling, then wait until every running function has ended."""
    paused.set()
    deadline_s = time.monotonic() + PAUSE_TIMEOUT_S
    while time.monotonic() < deadline_s:
        # A batch that was just taken from its queue is not yet counted as running.
        running = lambda_svc.executions_in_flight()[0] + sum(lambda_svc._esm_inflight.values())
        if running == 0:
            break
        time.sleep(POLL_S)
    return {"running": running}


def _workers() -> dict[str, list[int]]:
    """The process ids of each function's workers."""
    with lambda_runtime._lock:
        pools = {key.split(":")[2]: list(pool) for key, pool in lambda_runtime._workers.items()}
    return {
        name: [worker._proc.pid for worker in pool if worker._proc and worker._proc.poll() is None]
        for name, pool in pools.items()
    }


async def _answer(send: Send, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def main() -> None:
    keep_stream_records()
    poll_only_while_serving()
    read_numbers()
    bound_workers()
    share_dependencies()
    report_failed_starts()
    serve_control()
    ministack.main()


if __name__ == "__main__":
    main()
