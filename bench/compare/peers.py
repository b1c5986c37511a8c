"""Times rows of work by peers: medians of several runs after one untimed run in the same process; with several ranks, of the slowest.

A row is (name, work) or (name, work, check): check(), untimed, returns a text that says how good the result was.
"""
import statistics
import sys
import time


def median_seconds(work, comm, runs):
    work()
    seconds = []
    for _ in range(runs):
        if comm:
            comm.Barrier()
        start = time.perf_counter()
        work()
        taken = time.perf_counter() - start
        seconds.append(max(comm.allgather(taken)) if comm else taken)
    return statistics.median(seconds)


def main(peers, document, runs=5):
    """peers: name -> (rows function, whether it runs on MPI). Arguments: the peer, then words that the rows wanted contain."""
    if len(sys.argv) < 2 or sys.argv[1] not in peers:
        print(document)
        return 2
    peer, wanted = sys.argv[1], sys.argv[2:]
    rows, parallel = peers[peer]
    try:
        comm = None
        if parallel:
            from mpi4py import MPI

            comm = MPI.COMM_WORLD
        for name, work, *check in rows(lambda name: not wanted or any(word in name for word in wanted)):
            seconds = median_seconds(work, comm, runs)
            quality = check[0]() if check else ""
            if not comm or comm.rank == 0:
                print(f"{peer:8} {name:52} {seconds:8.4f} s  {quality}", flush=True)
    except ImportError as missing:
        print(f"{peer} is not installed here ({missing}): skipped")
    return 0
