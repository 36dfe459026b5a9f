"""The API is killed while readers save drafts: every save that was acknowledged is there."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from threading import Event

from storage.database import migrate_registry, open_database
from tests.faults.draft_readers import make_readers, saving, settings_of, start_api
from tests.services.mortal import MortalProduct
from tests.services.processes import wait_for

READERS = 8
SAVES_BEFORE_THE_KILL = 60


def test_every_acknowledged_save_survives_a_kill(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    migrate_registry(url)
    engine = open_database(url)
    product = MortalProduct(tmp_path / "home", settings=settings_of(url), command="api")
    try:
        start_api(product)
        readers = list(make_readers(engine, product.http_port, READERS, Random(6)))  # noqa: S311 - chance, not a secret
        engine.dispose()
        for reader in readers:
            reader.begin()

        with ThreadPoolExecutor(READERS) as pool:
            running = saving(pool, readers, Event(), pause=0)
            wait_for(lambda: sum(reader.acknowledged for reader in readers) >= SAVES_BEFORE_THE_KILL, "saves")
            product.kill()
            for each in running:
                each.result()
        start_api(product)
        for reader in readers:
            reader.check()
    finally:
        if product.process is not None:
            product.stop()

    assert [reader.wrong for reader in readers] == [[]] * READERS
    assert any(reader.refused for reader in readers)
