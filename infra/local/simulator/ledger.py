"""The gateway's books in one SQLite file: what was asked and decided, every movement of money.

Each decision is on disk before it is answered, so it outlives `kill -9`. `movements` has a row for
each time that money moved, and no constraint on its key: a double charge would show.
"""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

_SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
    idempotency_key TEXT NOT NULL, operation TEXT NOT NULL, payee TEXT, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS requests_by_key ON requests (idempotency_key, operation);
CREATE TABLE IF NOT EXISTS decisions (
    idempotency_key TEXT PRIMARY KEY, status TEXT NOT NULL, charge_id TEXT, decline_code TEXT,
    value INTEGER, currency TEXT, payee TEXT, reference TEXT, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS movements (
    charge_id TEXT NOT NULL, idempotency_key TEXT NOT NULL, value INTEGER NOT NULL,
    currency TEXT NOT NULL, payee TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS movements_by_key ON movements (idempotency_key);
"""
_OVERVIEW = """
WITH keys AS (
    SELECT idempotency_key, min(rowid) AS first FROM requests
    WHERE :key IS NULL OR idempotency_key = :key GROUP BY idempotency_key
    ORDER BY first DESC LIMIT :limit)
SELECT keys.idempotency_key, coalesce(decisions.status, 'undecided') AS status,
    (SELECT payee FROM requests r WHERE r.idempotency_key = keys.idempotency_key
        AND payee IS NOT NULL LIMIT 1) AS payee,
    decisions.charge_id, decisions.decline_code, decisions.value, decisions.currency,
    decisions.created_at,
    (SELECT count(*) FROM requests r WHERE r.idempotency_key = keys.idempotency_key
        AND operation = 'charge') AS asked,
    (SELECT count(*) FROM requests r WHERE r.idempotency_key = keys.idempotency_key
        AND operation = 'inquire') AS inquired,
    (SELECT count(*) FROM requests r WHERE r.idempotency_key = keys.idempotency_key
        AND operation = 'cancel') AS cancels,
    (SELECT count(*) FROM movements m WHERE m.idempotency_key = keys.idempotency_key) AS charged
FROM keys LEFT JOIN decisions USING (idempotency_key) ORDER BY keys.first DESC
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A charge request as it arrived."""

    idempotency_key: str
    value: int
    currency: str
    payee: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The final outcome of a key. Without `asked` it was cancelled before it was charged."""

    idempotency_key: str
    status: Literal["approved", "declined", "cancelled"]
    charge_id: str | None
    decline_code: str | None
    asked: Asked | None
    created_at: str


class Ledger:
    """Used by one thread at a time, so each method is one step that nothing interleaves with."""

    def __init__(self, state_dir: Path) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(
            state_dir / "gateway.sqlite3", isolation_level=None, check_same_thread=False
        )
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        self._database.close()

    def note(self, operation: str, idempotency_key: str, payee: str | None = None) -> int:
        """Record a request before it is acted on. Returns how many of its kind there were."""
        with self._transaction():
            self._database.execute(
                "INSERT INTO requests VALUES (?, ?, ?, ?)",
                (idempotency_key, operation, payee, _now()),
            )
            row = self._database.execute(
                "SELECT count(*) FROM requests WHERE idempotency_key = ? AND operation = ?",
                (idempotency_key, operation),
            ).fetchone()
        return int(row[0])

    def payee(self, idempotency_key: str) -> str | None:
        """Whom the key was to pay, if a charge request of it ever arrived."""
        row = self._database.execute(
            "SELECT payee FROM requests WHERE idempotency_key = ? AND payee IS NOT NULL LIMIT 1",
            (idempotency_key,),
        ).fetchone()
        return None if row is None else str(row["payee"])

    def find(self, idempotency_key: str) -> Decision | None:
        row = self._database.execute(
            "SELECT * FROM decisions WHERE idempotency_key = ?", (idempotency_key,)
        ).fetchone()
        return None if row is None else _decision(row)

    def charge(self, asked: Asked, decline_code: str | None) -> tuple[Decision, bool]:
        """Decide the key unless it is decided. Returns the decision, and whether it is new."""
        with self._transaction():
            earlier = self.find(asked.idempotency_key)
            if earlier is not None:
                return earlier, False
            decision = Decision(
                idempotency_key=asked.idempotency_key,
                status="approved" if decline_code is None else "declined",
                charge_id=f"ch_{uuid.uuid4().hex}",
                decline_code=decline_code,
                asked=asked,
                created_at=_now(),
            )
            self._insert(decision)
            if decision.status == "approved":
                self._move_money(decision, asked)
        return decision, True

    def cancel(self, idempotency_key: str) -> Decision:
        """Settle the key: its decision, or `cancelled` from now on."""
        with self._transaction():
            earlier = self.find(idempotency_key)
            if earlier is not None:
                return earlier
            decision = Decision(
                idempotency_key=idempotency_key,
                status="cancelled",
                charge_id=None,
                decline_code=None,
                asked=None,
                created_at=_now(),
            )
            self._insert(decision)
        return decision

    def overview(self, *, idempotency_key: str | None, keys_max: int) -> list[dict[str, Any]]:
        """Every key that was ever asked about, latest first, with how often."""
        rows = self._database.execute(_OVERVIEW, {"key": idempotency_key, "limit": keys_max})
        return [dict(row) for row in rows]

    def totals(self) -> dict[str, Any]:
        """All movements of money together, and the keys that moved it more than once: never any."""
        movements = self._database.execute("SELECT count(*) FROM movements").fetchone()[0]
        by_currency = self._database.execute(
            "SELECT currency, sum(value) FROM movements GROUP BY currency ORDER BY currency"
        )
        twice = self._database.execute(
            "SELECT idempotency_key FROM movements GROUP BY idempotency_key HAVING count(*) > 1"
        )
        return {
            "charged": movements,
            "charged_value": dict(by_currency.fetchall()),
            "charged_twice": [row[0] for row in twice],
        }

    def forget(self) -> None:
        with self._transaction():
            for table in ("requests", "decisions", "movements"):
                self._database.execute(f"DELETE FROM {table}")  # noqa: S608 names from this line

    def _insert(self, decision: Decision) -> None:
        asked = decision.asked
        row = (
            decision.idempotency_key,
            decision.status,
            decision.charge_id,
            decision.decline_code,
            asked and asked.value,
            asked and asked.currency,
            asked and asked.payee,
            asked and asked.reference,
            decision.created_at,
        )
        self._database.execute("INSERT INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _move_money(self, decision: Decision, asked: Asked) -> None:
        self._database.execute(
            "INSERT INTO movements VALUES (?, ?, ?, ?, ?, ?)",
            (
                decision.charge_id,
                asked.idempotency_key,
                asked.value,
                asked.currency,
                asked.payee,
                decision.created_at,
            ),
        )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")


def _decision(row: sqlite3.Row) -> Decision:
    key = row["idempotency_key"]
    asked = None
    if row["payee"] is not None:
        asked = Asked(
            idempotency_key=key,
            value=row["value"],
            currency=row["currency"],
            payee=row["payee"],
            reference=row["reference"],
        )
    return Decision(
        idempotency_key=key,
        status=row["status"],
        charge_id=row["charge_id"],
        decline_code=row["decline_code"],
        asked=asked,
        created_at=row["created_at"],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
