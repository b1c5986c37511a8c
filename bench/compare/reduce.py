"""The reductions of bench/reduce.c with NumPy: medians of 5 runs after one untimed."""
import time

import numpy as np


def median(work):
    work()
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[2]


def rows(title, array, works):
    print(title)
    for name, work in works:
        print(f"  {name:<40} {median(lambda: work(array)):8.4f} s")


def data(shape, dtype):
    n = int(np.prod(shape))
    return ((np.arange(n) * 7919 % 20011) / 1001 + 3).astype(dtype).reshape(shape)


rows("5,000,000 x 18 float32", data((5000000, 18), np.float32), [
    ("std axis 0", lambda a: a.std(axis=0)), ("std axis 0, NaN left out", lambda a: np.nanstd(a, axis=0)), ("mean axis 0", lambda a: a.mean(axis=0)),
    ("max axis 0", lambda a: a.max(axis=0)), ("argmax axis 0", lambda a: a.argmax(axis=0)), ("std axis 1", lambda a: a.std(axis=1)),
    ("sum axis 1", lambda a: a.sum(axis=1))])
rows("90,000,000 float64", data((90000000,), np.float64), [
    ("sum", np.sum), ("sum, NaN left out", np.nansum), ("mean", np.mean), ("var", np.var), ("norm", np.linalg.norm), ("min", np.min), ("argmax", np.argmax),
    ("count_nonzero", np.count_nonzero), ("cumsum, fresh", np.cumsum)])
rows("8192 x 8192 float64", data((8192, 8192), np.float64), [
    ("sum axis 0", lambda a: a.sum(axis=0)), ("sum axis 1", lambda a: a.sum(axis=1)), ("var axis 0", lambda a: a.var(axis=0)),
    ("var axis 1", lambda a: a.var(axis=1)), ("argmin axis 0", lambda a: a.argmin(axis=0)), ("argmin axis 1", lambda a: a.argmin(axis=1)),
    ("cumsum, fresh", lambda a: a.cumsum(axis=0))])
