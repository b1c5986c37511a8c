#!/usr/bin/env python3
"""The work of bench/{redistribute,elementwise,reduce,order,reproducible} done by peers, where they are installed: NumPy in one process, Heat under mpirun.

    OMP_NUM_THREADS=2 python3 bench/compare/tensor.py numpy [words of the rows wanted]
    OMP_NUM_THREADS=1 mpirun -n 2 python3 bench/compare/tensor.py heat [words]
"""
import sys

from peers import main


def numpy_rows(wanted):
    import numpy as np

    rng = np.random.default_rng(1)
    x = rng.random((5_000_000, 18), dtype=np.float32)
    for name, work in {
        "x * 2 + 1 in place, 90 M float32": lambda: (np.multiply(x, 2, out=x), np.add(x, 1, out=x)),
        "std axis 0, 5,000,000 x 18 float32": lambda: x.std(axis=0),
        "std axis 0, NaN left out, 5,000,000 x 18 float32": lambda: np.nanstd(x, axis=0),
        "mean axis 0, 5,000,000 x 18 float32": lambda: x.mean(axis=0),
        "max axis 0, 5,000,000 x 18 float32": lambda: x.max(axis=0),
        "argmax axis 0, 5,000,000 x 18 float32": lambda: x.argmax(axis=0),
        "std axis 1, 5,000,000 x 18 float32": lambda: x.std(axis=1),
        "sum axis 1, 5,000,000 x 18 float32": lambda: x.sum(axis=1),
        "median per column, 1,000,000 x 18 float32": lambda: np.median(x[:1_000_000], axis=0),
    }.items():
        if wanted(name):
            yield name, work
    z = rng.random(10_000_000, dtype=np.float32)
    for name, work in {"sort 10 M float32": lambda: np.sort(z), "argsort 10 M float32": lambda: np.argsort(z, kind="stable")}.items():
        if wanted(name):
            yield name, work
    w = rng.random(90_000_000)
    for function in (np.sum, np.nansum, np.mean, np.var, np.linalg.norm, np.min, np.argmax, np.count_nonzero, np.cumsum):
        if wanted(f"{function.__name__} 90 M float64"):
            yield f"{function.__name__} 90 M float64", lambda function=function: function(w)
    v = rng.random((8192, 8192))
    for function in (np.sum, np.var, np.argmin, np.cumsum):
        for axis in (0, 1):
            name = f"{function.__name__} axis {axis}, 8192^2 float64"
            if wanted(name):
                yield name, lambda function=function, axis=axis: function(v, axis=axis)
    if wanted("transpose copy 8192^2 float64"):
        yield "transpose copy 8192^2 float64", lambda: np.ascontiguousarray(v.T)


def heat_rows(wanted):
    import heat as ht

    x = ht.random.rand(5_000_000, 18, dtype=ht.float32, split=0)

    def scale():
        nonlocal x
        x *= 2
        x += 1

    for name, work in {"x * 2 + 1 in place, 90 M float32": scale, "std axis 0, 5,000,000 x 18 float32": lambda: ht.std(x, axis=0)}.items():
        if wanted(name):
            yield name, work
    if wanted("redistribute 8192^2 float64, split 0 -> 1"):
        a = ht.random.rand(8192, 8192, dtype=ht.float64, split=0)
        yield "redistribute 8192^2 float64, split 0 -> 1", lambda: ht.resplit(a, 1)
    if wanted("sort 10 M float32"):
        z = ht.random.rand(10_000_000, dtype=ht.float32, split=0)
        yield "sort 10 M float32", lambda: ht.sort(z)
    if wanted("sum 90 M float64"):
        w = ht.random.rand(90_000_000, dtype=ht.float64, split=0)
        yield "sum 90 M float64", lambda: ht.sum(w).item()


if __name__ == "__main__":
    sys.exit(main({"numpy": (numpy_rows, False), "heat": (heat_rows, True)}, __doc__))
