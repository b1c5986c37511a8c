#!/usr/bin/env python3
"""The work of bench/{factor,matmul,pca_fit} done by peers, where they are installed: NumPy and scikit-learn in one process, Heat under mpirun.

    OMP_NUM_THREADS=2 python3 bench/compare/linalg.py numpy|sklearn [words of the rows wanted]
    OMP_NUM_THREADS=1 mpirun -n 2 python3 bench/compare/linalg.py heat [words]
"""
import sys

from peers import main


def decaying(rng, np):
    """200,000 x 819 float32 whose singular values fall like 1 / k, as fields do."""
    u = rng.standard_normal((200_000, 120), dtype=np.float32)
    v = rng.standard_normal((120, 819), dtype=np.float32) / np.arange(1, 121, dtype=np.float32)[:, None]
    return u @ v + np.float32(0.001) * rng.standard_normal((200_000, 819), dtype=np.float32)


def numpy_rows(wanted):
    import numpy as np

    rng = np.random.default_rng(1)
    for order in "CF":
        a = np.asarray(rng.standard_normal((1_000_000, 50)), order=order)
        found = {}

        def qr():
            found["q"] = np.linalg.qr(a)[0]

        def svd():
            found["q"] = np.linalg.svd(a, full_matrices=False)[0]

        def orthogonality():
            q = found.pop("q")
            return f"orthogonality {abs(q.T @ q - np.eye(50)).max():.1e}"

        for name, work in {"QR": qr, "SVD": svd}.items():
            name = f"{name} 1,000,000 x 50 float64, {'row' if order == 'C' else 'column'}-major"
            if wanted(name):
                yield name, work, orthogonality
    for dtype in (np.float64, np.float32):
        name = f"matmul 4096^3 {dtype.__name__}"
        if wanted(name):
            a, b = rng.standard_normal((2, 4096, 4096)).astype(dtype)
            yield name, lambda: a @ b


def sklearn_rows(wanted):
    import numpy as np
    from sklearn.decomposition import PCA

    rng = np.random.default_rng(1)
    x = decaying(rng, np)
    for solver in ("randomized", "covariance_eigh"):
        name = f"PCA 100 of 200,000 x 819 float32, {solver}"
        if wanted(name):
            yield name, lambda solver=solver: PCA(n_components=100, svd_solver=solver, random_state=0).fit(x)


def heat_rows(wanted):
    import heat as ht
    import numpy as np

    if wanted("1,000,000 x 50"):
        a = ht.random.randn(1_000_000, 50, dtype=ht.float64, split=0)
        for name, work in {"QR 1,000,000 x 50 float64": lambda: ht.linalg.qr(a), "hSVD full rank 1,000,000 x 50 float64": lambda: ht.linalg.hsvd_rank(a, 50, True)}.items():
            if wanted(name):
                yield name, work
    if wanted("hSVD rank 100, 200,000 x 819 float32"):
        x = ht.array(decaying(np.random.default_rng(1), np), split=0)
        yield "hSVD rank 100, 200,000 x 819 float32", lambda: ht.linalg.hsvd_rank(x, 100, True)
    if wanted("matmul 4096^3 float64"):
        m, n = ht.random.randn(4096, 4096, dtype=ht.float64, split=0), ht.random.randn(4096, 4096, dtype=ht.float64, split=0)
        yield "matmul 4096^3 float64", lambda: m @ n


if __name__ == "__main__":
    sys.exit(main({"numpy": (numpy_rows, False), "sklearn": (sklearn_rows, False), "heat": (heat_rows, True)}, __doc__, runs=3))
