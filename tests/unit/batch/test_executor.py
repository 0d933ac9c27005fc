"""Which executor a name means, and how it deals out threads."""

import pytest

from triode.batch.executor import LocalExecutor, open_executor
from triode.errors import ExecutorError

MODULE = "triode.batch.worker"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("slurm", r"nothing can be run there.*local, or ray://host:port"),
        ("ray://127.0.0.1:1?cpus=many", r"cannot have such a share.*cpus=NUMBER"),
        ("ray://127.0.0.1:1?cores=2", "cannot have such a share"),
    ],
)
def test_an_executor_that_is_none_is_refused(where: str, message: str) -> None:
    pytest.importorskip("ray")
    with pytest.raises(ExecutorError, match=message):
        open_executor(MODULE, where)


def test_threads_are_shared_when_jobs_are_few() -> None:
    executor = open_executor(MODULE, "local", 8)
    assert isinstance(executor, LocalExecutor)
    assert executor.slots == 8
    assert [executor.threads(jobs) for jobs in (1, 3, 8, 100)] == [8, 2, 1, 1]
