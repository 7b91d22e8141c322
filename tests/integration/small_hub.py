"""A hub of small processes, run by the tests of the supervisor: `small_hub.py NAME=COMMAND ...`.

Prints what the supervisor says; its servers are those of the environment.
"""

import shlex
import sys

from router.servers import Servers
from router.settings import Settings
from router.supervised import ProcessPlan
from router.supervisor import AlreadyUp, Prepared, Supervisor, stop_on_signals


def plan(argument: str) -> ProcessPlan:
    name, _, command = argument.partition("=")
    return ProcessPlan(name=name, command=tuple(shlex.split(command)))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def prepare(servers: Servers) -> Prepared:
    return Prepared(variables={"HUB_DATABASE_URL": servers.database_url}, addresses={})


supervisor = Supervisor(Settings(), plans=tuple(map(plan, sys.argv[1:])), prepare=prepare, say=say)
stop_on_signals(supervisor)
try:
    supervisor.run()
except AlreadyUp as error:
    sys.exit(str(error))
