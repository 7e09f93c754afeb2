"""`python -m … handlers.x.y.handler`: import an entry point and tell what that did, as JSON."""

from __future__ import annotations

import gc
import json
import os
import sys
from importlib import import_module
from typing import Any, Final

# Something a snapshot would repeat in every process that is restored from it.
DRAWS: Final = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "now", "utcnow", "today"}
    | {"random", "getrandbits", "urandom", "uuid1", "uuid4", "token_hex", "token_bytes"}
)
OURS: Final = ("/handlers/", "/generated/")
CONNECTING: Final = frozenset({"socket.connect", "socket.getaddrinfo"})

connections: list[str] = []
drawn: list[str] = []


def audit(event: str, _arguments: object) -> None:
    if event in CONNECTING:
        connections.append(event)


def profile(frame: Any, event: str, argument: Any) -> None:
    """Note what our own code calls: builtins directly, Python functions by their caller."""
    if event == "c_call":
        name, caller = argument.__name__, frame
    elif event == "call":
        name, caller = frame.f_code.co_name, frame.f_back
    else:
        return
    if name in DRAWS and caller and any(part in caller.f_code.co_filename for part in OURS):
        drawn.append(f"{caller.f_code.co_filename}:{caller.f_lineno} {name}")


def main(handler: str) -> None:
    os.environ["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:9"  # as on Lambda; it is never called here
    sys.addaudithook(audit)
    sys.setprofile(profile)
    import_module(handler.rpartition(".")[0])
    sys.setprofile(None)
    observed = {
        "modules": sorted(sys.modules),
        "connections": connections,
        "drawn": drawn,
        "collector": ["on" if gc.isenabled() else "off"],
    }
    sys.stdout.write(json.dumps(observed))


if __name__ == "__main__":
    main(sys.argv[1])
