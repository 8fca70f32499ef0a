"""What a Python runtime must be able to do, by name."""

import time
from typing import Any, Callable, Dict, List

from dbos import DBOS, Debouncer, SetEnqueueOptions, SetWorkflowID, SetWorkflowTimeout, error

noted: List[str] = []
runs: Dict[str, int] = {}


def count(name: str) -> None:
    runs[name] = runs.get(name, 0) + 1


@DBOS.step()
def plus(a: int, b: int) -> int:
    return a + b


@DBOS.step(retries_allowed=True, max_attempts=5, interval_seconds=0.01)
def stubborn() -> str:
    count("stubborn")
    if runs["stubborn"] < 3:
        raise RuntimeError("not yet")
    return "done"


@DBOS.workflow()
def add(a: int, b: int) -> Dict[str, Any]:
    return {"sum": plus(a, b), "tried": stubborn()}


@DBOS.workflow()
def note(text: str, seconds: float = 0) -> str:
    noted.append(text)
    if seconds > 0:
        DBOS.sleep(seconds)
    return text


@DBOS.workflow()
def receive(topic: str) -> Any:
    DBOS.set_event("ready", True)
    return DBOS.recv(topic, 30)


@DBOS.workflow()
def publish() -> None:
    DBOS.set_event("answer", {"of": 42})
    for value in ["one", "two", "three"]:
        DBOS.write_stream("numbers", value)
    DBOS.close_stream("numbers")


@DBOS.workflow()
def scheduled(_at: Any, context: Any) -> None:
    count(f"scheduled {context}")


@DBOS.workflow()
def debounced(value: int) -> int:
    count("debounced")
    return value


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.time() + seconds
    while not holds():
        assert time.time() < deadline, "waited in vain"
        time.sleep(0.05)


def enqueue(queue: str, options: Dict[str, Any], *args: Any) -> Any:
    with SetEnqueueOptions(**options):
        return DBOS.enqueue_workflow(queue, note, *args)


def workflow_and_steps() -> None:
    handle = DBOS.start_workflow(add, 1, 2)
    assert handle.get_result() == {"sum": 3, "tried": "done"}
    assert handle.get_status().status == "SUCCESS"
    steps = DBOS.list_workflow_steps(handle.workflow_id)
    assert [step["output"] for step in steps] == [3, "done"], steps


def queue() -> None:
    DBOS.register_queue("plain", polling_interval_sec=0.05)
    handles = [enqueue("plain", {}, text) for text in "abc"]
    assert [handle.get_result() for handle in handles] == ["a", "b", "c"]


def priority() -> None:
    DBOS.register_queue("urgent", concurrency=1, polling_interval_sec=0.05)
    handles = [enqueue("urgent", {"priority": 1}, "blocker", 3)]
    until(lambda: "blocker" in noted)
    handles += [enqueue("urgent", {"priority": p}, f"priority {p}") for p in [30, 10, 20]]
    for handle in handles:
        handle.get_result()
    assert [n for n in noted if n.startswith("priority")] == ["priority 10", "priority 20", "priority 30"], noted


def deduplication() -> None:
    DBOS.register_queue("once", polling_interval_sec=0.05)
    first = enqueue("once", {"deduplication_id": "same", "delay_seconds": 3}, "first")
    assert first.get_status().status == "DELAYED"
    try:
        enqueue("once", {"deduplication_id": "same"}, "second")
        raise AssertionError("a duplicate was enqueued")
    except error.DBOSQueueDeduplicatedError:
        pass
    assert first.get_result() == "first"
    assert enqueue("once", {"deduplication_id": "same"}, "third").get_result() == "third"


def rate_limit() -> None:
    DBOS.register_queue("slow", limiter={"limit": 2, "period": 1.5}, polling_interval_sec=0.05)
    before = time.time()
    handles = [enqueue("slow", {}, text) for text in "1234"]
    for handle in handles:
        handle.get_result()
    assert time.time() - before > 1.4


def send_and_receive() -> None:
    handle = DBOS.start_workflow(receive, "news")
    assert DBOS.get_event(handle.workflow_id, "ready", 10) is True
    DBOS.send(handle.workflow_id, {"good": True}, "news")
    assert handle.get_result() == {"good": True}


def events_and_streams() -> None:
    handle = DBOS.start_workflow(publish)
    assert DBOS.get_event(handle.workflow_id, "answer", 10) == {"of": 42}
    assert list(DBOS.read_stream(handle.workflow_id, "numbers")) == ["one", "two", "three"]


def schedules() -> None:
    DBOS.create_schedule(schedule_name="each", workflow_fn=scheduled, schedule="* * * * * *", context="tick")
    until(lambda: runs.get("scheduled tick", 0) >= 2)
    DBOS.pause_schedule("each")
    DBOS.delete_schedule("each")
    assert DBOS.get_schedule("each") is None


def debounce() -> None:
    debouncer = Debouncer.create(debounced)
    handles = [debouncer.debounce("key", 2, value) for value in [1, 2, 3]]
    assert handles[-1].get_result() == 3
    assert runs["debounced"] == 1


def cancel_and_resume() -> None:
    with SetWorkflowID("to be cancelled"):
        handle = DBOS.start_workflow(note, "cancelled", 3)
    until(lambda: "cancelled" in noted)
    DBOS.cancel_workflow(handle.workflow_id)
    assert DBOS.retrieve_workflow(handle.workflow_id).get_status().status == "CANCELLED"
    assert DBOS.resume_workflow(handle.workflow_id).get_result() == "cancelled"


def fork() -> None:
    handle = DBOS.start_workflow(add, 3, 4)
    handle.get_result()
    assert DBOS.fork_workflow(handle.workflow_id, 2).get_result()["sum"] == 7


def timeout() -> None:
    with SetWorkflowTimeout(0.3):
        handle = DBOS.start_workflow(note, "too long", 2)
    until(lambda: handle.get_status().status == "CANCELLED")


def delete() -> None:
    handle = DBOS.start_workflow(publish)
    handle.get_result()
    DBOS.delete_workflow(handle.workflow_id)
    assert DBOS.get_workflow_status(handle.workflow_id) is None


def all_checks() -> Dict[str, Callable[[], None]]:
    return {
        "workflow and steps": workflow_and_steps,
        "queue": queue,
        "priority": priority,
        "deduplication and delay": deduplication,
        "rate limit": rate_limit,
        "send and receive": send_and_receive,
        "events and streams": events_and_streams,
        "schedules": schedules,
        "debounce": debounce,
        "cancel and resume": cancel_and_resume,
        "fork": fork,
        "timeout": timeout,
        "delete": delete,
    }
