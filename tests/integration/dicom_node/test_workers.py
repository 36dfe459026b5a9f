"""Worker processes behind one port: who gets which connection, and what becomes of the rest when one ends."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from dicom_node.entrances import Entrance
from dicom_node.handover import ENDED, READY, Taker
from dicom_node.workers import WorkerError, Workers

SECONDS = 20.0


def greet(number: int, channel: socket.socket) -> None:
    """Says its number and its process to each connection, which lasts until the peer says something."""
    taker = Taker(channel)
    taker.say(READY)
    while (handed := taker.take()) is not None:
        threading.Thread(target=converse, args=(handed.connection, number, taker), daemon=True).start()
    if taker.is_orphaned:
        os._exit(1)


def converse(connection: socket.socket, number: int, taker: Taker) -> None:
    with connection:
        connection.sendall(f"{number} {os.getpid()}\n".encode())
        connection.recv(1)
    taker.say(ENDED)


@contextmanager
def serving(run: Callable[[int, socket.socket], None], count: int) -> Iterator[tuple[int, list[Exception]]]:
    """The port, and what went wrong."""
    ending, problems = threading.Event(), list[Exception]()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        workers = Workers(run, count, [Entrance(listening, is_secured=False)])
        workers.wait_until_ready(lambda: False)

        def serve() -> None:
            try:
                workers.serve(ending.is_set)
            except WorkerError as error:
                problems.append(error)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1], problems
        finally:
            ending.set()
            thread.join()
            workers.stop()


def call(port: int) -> tuple[socket.socket, int, int]:
    """A connection, the number of the worker that serves it, and its process."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
    number, process = connection.makefile().readline().split()
    return connection, int(number), int(process)


def eventually(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_connection_goes_to_the_worker_that_serves_the_fewest() -> None:
    with serving(greet, 3) as (port, _), ExitStack() as stack:
        numbers = []
        for _ in range(9):
            connection, number, _ = call(port)
            stack.enter_context(connection)
            numbers.append(number)
        assert sorted(numbers) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_a_worker_whose_connections_have_ended_gets_the_next() -> None:
    with serving(greet, 2) as (port, _), ExitStack() as stack:
        calls = [call(port) for _ in range(4)]
        for connection, _, _ in calls:
            stack.enter_context(connection)
        for connection, number, _ in calls:
            if number == 1:
                connection.sendall(b".")
                assert connection.recv(1) == b""
        later = []

        def next_goes_to_the_free_one() -> bool:
            connection, number, _ = call(port)
            later.append(stack.enter_context(connection))
            return number == 1

        eventually(next_goes_to_the_free_one)
        assert len(later) <= 2


def test_the_others_go_on_when_a_worker_is_killed_and_it_is_started_again() -> None:
    with serving(greet, 2) as (port, problems):
        (first, number, process), (second, other, survivor) = call(port), call(port)
        with first, second:
            os.kill(process, signal.SIGKILL)
            assert first.recv(1) == b""

            def is_back() -> bool:
                connection, who, pid = call(port)
                with connection:
                    return who == number and pid != process

            eventually(is_back)
            second.sendall(b".")
            assert second.recv(1) == b""
        assert {number, other} == {0, 1}
        assert survivor != process
        assert problems == []


def test_workers_that_end_again_and_again_end_the_node() -> None:
    def ready_and_gone(_: int, channel: socket.socket) -> None:
        Taker(channel).say(READY)

    with serving(ready_and_gone, 1) as (_, problems):
        eventually(lambda: bool(problems))
    assert str(problems[0]) == "workers ended 5 times within 60 s"


def test_a_worker_that_cannot_start_is_said() -> None:
    def fail(_: int, __: socket.socket) -> None:
        raise SystemExit(7)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        workers = Workers(fail, 2, [Entrance(listening, is_secured=False)])
        with pytest.raises(WorkerError, match=r"worker \d ended while starting \(exit code 7\)"):
            workers.wait_until_ready(lambda: False)
        workers.stop()


def test_a_worker_that_does_not_end_is_killed() -> None:
    def deaf(_: int, channel: socket.socket) -> None:
        Taker(channel).say(READY)
        signal.pause()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        workers = Workers(deaf, 1, [Entrance(listening, is_secured=False)])
        workers.wait_until_ready(lambda: False)
        workers.stop(0.2)
    assert multiprocessing.active_children() == []


PARENT = """
import socket
from dicom_node.entrances import Entrance
from dicom_node.workers import Workers
from tests.integration.dicom_node.test_workers import greet
with socket.create_server(("127.0.0.1", 0)) as listening:
    workers = Workers(greet, 3, [Entrance(listening, is_secured=False)])
    workers.wait_until_ready(lambda: False)
    print(listening.getsockname()[1], flush=True)
    workers.serve(lambda: False)
"""


def test_workers_end_when_the_process_that_started_them_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as output:
        port = int(output.readline())
        connections = [call(port)[0] for _ in range(3)]
        parent.kill()
        parent.wait()
        for connection in connections:
            with connection:
                assert connection.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
