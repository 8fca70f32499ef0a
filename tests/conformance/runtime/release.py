"""Launches the installed release of the Python package, whichever it is, from 0.8 on.

Each line that it prints is a JSON value. The first argument says what it does:

  leave URL APPLICATION_URL    runs workflows, leaves two unfinished, and says so; to be killed
  finish URL APPLICATION_URL WORKFLOW...
                               lets such workflows come to their end, and tells their results in this order:
                               `survivor` has run a step and waits for a word; `untouched` has not ended a step
  check URL APPLICATION_URL    tries all that this runtime is for; from 2.28 on
"""

import json
import os
import sys
import time
import traceback
from importlib.metadata import version
from typing import Any
from urllib.parse import unquote, urlsplit

os.environ["DBOS__APPVERSION"] = "conformance"

from dbos import DBOS, SetWorkflowID

RELEASE = tuple(int(part) for part in version("dbos").split(".")[:2])


def tell(value: Any) -> None:
    print(json.dumps(value), flush=True)


def config(url: str, application_url: str) -> Any:
    """The configuration in the words of the release."""
    name = "conformance"
    if RELEASE >= (2, 0):
        same = {"name": name, "system_database_url": url, "run_admin_server": False, "log_level": "ERROR"}
        if RELEASE >= (2, 28):
            same["scheduler_polling_interval_sec"] = 0.2
        if RELEASE < (3, 0) and application_url != "":
            same["application_database_url"] = application_url
        return same
    if RELEASE >= (1, 13):
        return {
            "name": name,
            "system_database_url": url,
            "application_database_url": application_url,
            "run_admin_server": False,
        }
    system = urlsplit(url).path[1:]
    if RELEASE >= (0, 21):
        return {"name": name, "database_url": application_url, "sys_db_name": system, "run_admin_server": False}
    parts = urlsplit(application_url)
    return {
        "name": name,
        "language": "python",
        "runtimeConfig": {"start": [], "run_admin_server": False},
        "database": {
            "hostname": parts.hostname,
            "port": parts.port,
            "username": parts.username,
            "password": unquote(parts.password or ""),
            "app_db_name": parts.path[1:],
            "sys_db_name": system,
        },
        "telemetry": {},
        "env": {},
    }


@DBOS.step()
def double(number: int) -> int:
    return number * 2


@DBOS.workflow()
def compute(number: int) -> int:
    return double(number) + 1


@DBOS.workflow()
def announce(text: str) -> str:
    DBOS.set_event("key", text)
    return text


@DBOS.step()
def first(text: str) -> str:
    return f"{text} {os.getpid()}"


@DBOS.workflow()
def patient(text: str) -> str:
    done = first(text)
    DBOS.set_event("first", "done")
    word = DBOS.recv("word", 600)
    return f"{done} {word}"


@DBOS.step()
def only(text: str) -> str:
    if sys.argv[1] == "leave":
        time.sleep(600)
    return f"{text} too"


@DBOS.workflow()
def hasty(text: str) -> str:
    return only(text)


def leave() -> None:
    assert compute(20) == 41
    assert announce("told") == "told"
    with SetWorkflowID("untouched"):
        DBOS.start_workflow(hasty, "survives")
    with SetWorkflowID("survivor"):
        DBOS.start_workflow(patient, "survives")
    assert DBOS.get_event("survivor", "first", 60) == "done"
    # Early releases write the rest every second.
    time.sleep(4 if RELEASE < (0, 27) else 0)
    tell({"waiting": os.getpid()})
    time.sleep(600)


def finish() -> None:
    for name in sys.argv[4:]:
        handle = DBOS.retrieve_workflow(name)
        # Early releases may miss a word that comes while they begin to listen; a second one is left unread.
        tries = 0
        while handle.get_status().status not in ("SUCCESS", "ERROR"):
            if name == "survivor" and tries % 20 == 0:
                DBOS.send(name, "word", "word")
            tries += 1
            time.sleep(0.1)
        tell({"result": handle.get_result()})


def check() -> None:
    for name, passes in checks.all_checks().items():
        try:
            passes()
            tell({"name": name, "passed": True})
        except Exception:
            tell({"name": name, "passed": False, "reason": traceback.format_exc()})


if __name__ == "__main__":
    tasks = {"leave": leave, "finish": finish, "check": check}
    task, system, application = sys.argv[1:4]
    if task == "check":
        import checks
    try:
        DBOS(config=config(system, application))
        DBOS.launch()
        tasks[task]()
        DBOS.destroy()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
