"""What is loaded is not looked through for garbage."""

import gc

import pytest

from osteon.collecting import kept_for_good


def test_what_is_made_in_the_block_is_kept_out_of_what_is_looked_through() -> None:
    with kept_for_good():
        assert not gc.isenabled()
        made = [[each] for each in range(1000)]
    assert gc.isenabled()
    looked_through = {id(each) for each in gc.get_objects()}
    assert not looked_through & {id(each) for each in made}


def test_after_an_error_garbage_is_looked_for_again() -> None:
    with pytest.raises(ModuleNotFoundError), kept_for_good():
        raise ModuleNotFoundError
    assert gc.isenabled()
