#!/usr/bin/env python3
"""The work of bench/{redistribute,elementwise,reduce,order,reproducible} done by peers, where they are installed: NumPy in one process, Heat under mpirun.

    OMP_NUM_THREADS=2 python3 bench/compare/tensor.py numpy [row...]
    OMP_NUM_THREADS=1 mpirun -n 2 python3 bench/compare/tensor.py heat [row...]

Medians of several runs after one untimed run in the same process; with several ranks, of the slowest.
"""
import statistics
import sys
import time

RUNS = 5


def numpy_rows():
    import numpy as np

    rng = np.random.default_rng(1)
    x = rng.random((5_000_000, 18), dtype=np.float32)
    yield "x * 2 + 1 in place, 90 M float32", lambda: (np.multiply(x, 2, out=x), np.add(x, 1, out=x))
    x = rng.random((5_000_000, 18), dtype=np.float32)
    yield "std over axis 0, 5,000,000 x 18 float32", lambda: x.std(axis=0)
    y = x[:1_000_000].copy()
    yield "median per column, 1,000,000 x 18 float32", lambda: np.median(y, axis=0)
    z = rng.random(10_000_000, dtype=np.float32)
    yield "sort 10 M float32", lambda: np.sort(z)
    yield "argsort 10 M float32", lambda: np.argsort(z, kind="stable")
    w = rng.random(90_000_000)
    yield "sum 90 M float64", lambda: w.sum()
    v = rng.random((8192, 8192))
    yield "transpose copy 8192^2 float64", lambda: np.ascontiguousarray(v.T)


def heat_rows():
    import heat as ht

    a = ht.random.rand(8192, 8192, dtype=ht.float64, split=0)

    def resplit():
        return ht.resplit(a, 1)

    yield "redistribute 8192^2 float64, split 0 -> 1", resplit
    x = ht.random.rand(5_000_000, 18, dtype=ht.float32, split=0)

    def scale():
        nonlocal x
        x *= 2
        x += 1

    yield "x * 2 + 1 in place, 90 M float32", scale
    yield "std over axis 0, 5,000,000 x 18 float32", lambda: ht.std(x, axis=0)
    z = ht.random.rand(10_000_000, dtype=ht.float32, split=0)
    yield "sort 10 M float32", lambda: ht.sort(z)
    w = ht.random.rand(90_000_000, dtype=ht.float64, split=0)
    yield "sum 90 M float64", lambda: ht.sum(w).item()


def median_seconds(work, comm):
    work()
    seconds = []
    for _ in range(RUNS):
        if comm:
            comm.Barrier()
        start = time.perf_counter()
        work()
        taken = time.perf_counter() - start
        seconds.append(max(comm.allgather(taken)) if comm else taken)
    return statistics.median(seconds)


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in ("numpy", "heat"):
        print(__doc__)
        return 2
    peer, wanted = sys.argv[1], sys.argv[2:]
    try:
        if peer == "heat":
            from mpi4py import MPI

            comm, rows = MPI.COMM_WORLD, heat_rows()
        else:
            comm, rows = None, numpy_rows()
        for name, work in rows:
            if wanted and not any(word in name for word in wanted):
                continue
            seconds = median_seconds(work, comm)
            if not comm or comm.rank == 0:
                print(f"{peer:6} {name:48} {seconds:8.4f} s", flush=True)
    except ImportError as missing:
        print(f"{peer} is not installed here ({missing}): skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
