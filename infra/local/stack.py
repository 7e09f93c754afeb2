"""The whole system as one object: `with LocalStack(directory) as stack:` gives a running one.

`make run` keeps one in .local/. Tests make private ones, with free ports and a state of their own.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import httpx

from generated.catalogue import SERVICES
from infra.deploy.aws import connect
from infra.deploy.deployment import Release, deploy
from infra.local import ministack, people
from infra.local.clients import LocalAws
from infra.local.home import ROOT, Home, Running
from infra.local.ministack import MiniStack
from infra.local.processes import Child, LocalError, Program, is_free, start, wait_until
from infra.local.proxy import Proxy
from infra.local.warming import warm_up
from infra.package.build import Package, build, local_dependencies
from infra.package.targets import target
from infra.template import build_template

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

Progress = Callable[[str], None]
STAGE = "local"
PREFIX = f"payments-{STAGE}"
SIMULATOR = "simulator"
API_KEY = "gateway-api-key"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0
DEPLOY_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Settings:
    """What may differ between local stacks. Without a port a free one is taken."""

    port: int | None = None
    expiry_s: int = 900
    sandbox: bool = True
    iam_enforced: bool = False
    # A message whose worker was killed is redelivered after this; on AWS after minutes.
    redeliver_s: int = 20
    workers_max: int = 2
    simulator: Sequence[str] = ()  # further options of infra.local.simulator
    parameters: Mapping[str, str] = field(default_factory=dict)  # further ones of the template


def quiet(_what: str) -> None:
    """Report nothing: what tests want."""


class LocalStack:
    """A private copy of the system. Its state is in the directory and survives `stop`."""

    def __init__(
        self, directory: Path, settings: Settings | None = None, progress: Progress = quiet
    ) -> None:
        self.home = Home(directory)
        self.settings = settings or Settings()
        self.outputs: dict[str, str] = {}
        self.base_url = ""
        self.simulator_url = ""
        self._progress = progress
        self._ministack: MiniStack | None = None
        self._simulator: Child | None = None
        self._proxy: Proxy | None = None
        self._aws: LocalAws | None = None
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything, with the state of an earlier run. Raises LocalError."""
        self._lock = self.home.lock()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        if self.settings.port and not is_free(self.settings.port):
            raise LocalError(
                f"Port {self.settings.port} is used by another program. "
                f"Fix: make run PORT={self.settings.port + 1}"
            )
        for name in ministack.end_orphans(self.home):
            self._progress(f"stopped {name}, left over from a run that was killed")
        self._progress("starting MiniStack (the local AWS) and the gateway simulator")
        self._simulator = self._start_simulator()
        self._remember_children()
        here = target("local")
        self._ministack = ministack.launch(
            self.home,
            dependencies=local_dependencies(here, self._progress),
            iam_enforced=self.settings.iam_enforced,
            workers_max=self.settings.workers_max,
        )
        self._aws = LocalAws(self._ministack.endpoint)
        self._remember_children()
        packages = build(SERVICES, here, self._progress)
        wait_until(
            lambda: ministack.answers(f"{self.simulator_url}/health"),
            self._simulator,
            START_TIMEOUT_S,
        )
        ministack.await_ready(self._ministack)
        self._deploy(packages)
        people.ensure_people(self.aws, self.home, self.outputs)
        self._serve()

    def _deploy(self, packages: Sequence[Package]) -> None:
        release = Release(STAGE, build_template().to_json(), packages, self._parameters())
        with closing(connect(self.aws.session, self.aws.endpoint)) as aws:
            self.outputs = deploy(aws, release, self._progress_of_steps, DEPLOY_POLL_S)
        self._hand_over_gateway_key()
        self._shorten_redelivery()

    def stop(self) -> None:
        """Let what was begun end, save the state, stop everything. May be called at any time."""
        self.home.set_running(None)
        # Called from the last to the first, each of them whatever the others meet.
        with ExitStack() as then:
            then.callback(self._forget)
            if self._aws:
                then.callback(self._aws.close)
            if self._simulator:
                then.callback(self._simulator.stop, STOP_TIMEOUT_S)
            if self._ministack:
                then.callback(self._ministack.stop)
                then.callback(self._pause, self._ministack)
            if self._proxy:
                then.callback(self._proxy.stop)

    def _forget(self) -> None:
        self._proxy = self._ministack = self._simulator = self._aws = None
        self.home.set_children({})
        if self._lock:
            self._lock.close()

    def restart(self) -> None:
        """Stop and start again, with the state of now."""
        self.stop()
        self.start()

    @property
    def aws(self) -> LocalAws:
        """The local AWS, with every permission. Raises LocalError when it does not run."""
        if self._aws is None:
            raise LocalError("The local stack does not run.")
        return self._aws

    @property
    def simulator_key(self) -> str:
        """What the gateway simulator wants as bearer token."""
        return self.home.secret(API_KEY)

    def client(self, service: str) -> Any:
        """A boto3 client with every permission."""
        return self.aws.client(service)

    def token(self, name: str) -> str:
        """A bearer token of alice, bob or olivia (who is an operator)."""
        return people.token(self.aws, self.home, self.outputs, name)

    def check(self) -> None:
        """Raise LocalError when something that this stack needs has ended."""
        for child in (self._simulator, self._ministack and self._ministack.child):
            if child:
                child.check()

    def warm_up(self) -> None:
        """Start a process of every function, so that the first payment need not wait for them."""
        warm_up(self.aws)

    def workers(self, function: str) -> list[int]:
        """The process ids that run this function, e.g. `wallet-service-consumer`."""
        running = self._ministack
        return running.workers().get(f"{PREFIX}-{function}", []) if running else []

    def kill_workers(self, function: str) -> int:
        """Kill them as a crash would, in the middle of whatever they do. Returns how many."""
        pids = self.workers(function)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return len(pids)

    def _pause(self, running: MiniStack) -> None:
        try:
            still = running.pause()
        except httpx.TransportError:  # it never came up, or died
            return
        if still:
            self._progress(
                f"{still} functions did not end in time; their messages will be redelivered"
            )

    def _start_simulator(self) -> Child:
        port = self.home.port(SIMULATOR)
        self.simulator_url = f"http://127.0.0.1:{port}"
        command = [
            *(sys.executable, "-m", "infra.local.simulator"),
            *("--port", str(port)),
            *("--state-dir", str(self.home.simulator)),
            *("--api-key", self.simulator_key),
            *self.settings.simulator,
        ]
        program = Program(
            name=SIMULATOR,
            command=command,
            environment={**os.environ, "PYTHONPATH": str(ROOT)},
            directory=ROOT,
            log=self.home.log(SIMULATOR),
            marker="infra.local.simulator",
        )
        return start(program)

    def _remember_children(self) -> None:
        children = {}
        if self._simulator:
            children[SIMULATOR] = self._simulator.pid
        if self._ministack:
            children[ministack.NAME] = self._ministack.child.pid
        self.home.set_children(children)

    def _parameters(self) -> dict[str, str]:
        return {
            "ExpirySeconds": str(self.settings.expiry_s),
            "Sandbox": "true" if self.settings.sandbox else "false",
            "DeletionProtection": "false",
            "Platform": "ministack",
            "GatewayUrl": self.simulator_url,
            "QueueConcurrency": str(max(2, self.settings.workers_max)),
            **self.settings.parameters,
        }

    def _progress_of_steps(self, what: str) -> None:
        """Two hundred resources in a second are no news here."""
        if not what.startswith("  "):
            self._progress(what)

    def _hand_over_gateway_key(self) -> None:
        secrets: SecretsManagerClient = self.client("secretsmanager")
        name = self.outputs["GatewaySecretId"]
        kept = secrets.get_secret_value(SecretId=name).get("SecretString")
        if kept != self.simulator_key:
            secrets.put_secret_value(SecretId=name, SecretString=self.simulator_key)

    def _shorten_redelivery(self) -> None:
        sqs: SQSClient = self.client("sqs")
        for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=PREFIX):
            for url in page.get("QueueUrls", []):
                sqs.set_queue_attributes(
                    QueueUrl=url,
                    Attributes={"VisibilityTimeout": str(self.settings.redeliver_s)},
                )

    def _serve(self) -> None:
        port = self.settings.port or self.home.port("proxy")
        stage = f"restapis/{self.outputs['ApiId']}/v1/_user_request_"
        self._proxy = Proxy(f"{self.aws.endpoint}/{stage}", port)
        self._proxy.start()
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self.home.set_running(
            Running(
                pid=os.getpid(),
                base_url=self.base_url,
                endpoint=self.aws.endpoint,
                simulator_url=self.simulator_url,
                expiry_s=self.settings.expiry_s,
                outputs=self.outputs,
            )
        )
