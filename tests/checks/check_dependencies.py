#!/usr/bin/env python3
"""The one direction of dependency between the folders of src/c, read from the #include lines.

    check_dependencies.py SRC       prints every include that points the wrong way; exit status 1 if there is one
    check_dependencies.py --self-test
"""
import re
import sys
import tempfile
from pathlib import Path

LOWER = ["core", "comm", "tensor", "linalg", "io", "analysis"]
ALLOWED = {folder: set(LOWER[: i + 1]) | {"kernels"} for i, folder in enumerate(LOWER)}
ALLOWED["core"] = {"core"}
ALLOWED["comm"] = {"core", "comm"}
ALLOWED["kernels"] = {"core", "kernels"}
ALLOWED["analysis"] -= {"io"}  # analysis reaches files through the table that libhearth_io registers
ALLOWED["cli"] = {"cli"}  # public headers and its own
ALLOWED["include"] = set()  # public headers include public headers

# (file, header, why): the only includes that point the other way.
EXCEPTIONS = [
    (r"core/context\w*\.c", "comm/comm.h", "the ranks agree on a context's options"),
    (r"core/context\w*\.c", "comm/communicator.h", "a context owns its communicator"),
    (r"core/context\w*\.c", "comm/node.h", "a context holds the memory that ranks of its node share"),
    (r"core/context\w*\.c", "kernels/backend.h", "a context holds its backend and queue"),
    (r"io/attach\.c", "analysis/io_table.h", "the table that libhearth_io fills"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(hearth/[^>]+)>)', re.MULTILINE)
# Communication goes through comm/, which counts it and agrees on failures; core makes and frees the communicator.
COMMUNICATION = re.compile(r"\bMPI_(I?(Send|Recv|Bcast|Barrier|Allreduce|Reduce\w*|Allgatherv?|Gatherv?|Scatterv?|Alltoall[vw]?|Scan|Exscan)|Wait\w*|Test\w*)\s*\(")


def excused(file, header):
    return any(re.fullmatch(pattern, file) and header == name for pattern, name, _ in EXCEPTIONS)


def wrong_includes(path, root):
    file = path.relative_to(root).as_posix()
    folder = file.split("/")[0]
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        header = match.group(1) or match.group(2)
        if header.startswith("hearth/"):
            continue
        target = header.split("/")[0] if "/" in header else "(no folder)"
        if target not in ALLOWED.get(folder, set()) and not excused(file, header):
            yield f'{file}: includes "{header}": {folder} may include {", ".join(sorted(ALLOWED.get(folder, set()))) or "public headers"} only'
    if folder in ("tensor", "linalg", "analysis", "io", "kernels"):
        for match in COMMUNICATION.finditer(text):
            yield f"{file}: calls {match.group(0)[:-1].strip()}: communication belongs to comm/"


def check(root):
    paths = sorted(p for p in root.rglob("*.[ch]"))
    if not paths:
        return [f"no sources in {root}"]
    return [line for path in paths for line in wrong_includes(path, root)]


def self_test():
    right = {
        "tensor/a.c": '#include "core/error.h"\n#include <hearth/array.h>\n#include "kernels/backend.h"\n',
        "io/attach.c": '#include "analysis/io_table.h"\n',
        "comm/a.c": "void f(void) { MPI_Allreduce(0); }\n",
        "include/hearth/a.h": "#include <hearth/b.h>\n",
    }
    wrong = {
        "tensor/b.c": '#include "analysis/pca_impl.h"\n',
        "analysis/b.c": '# include "io/io_impl.h"\n',
        "kernels/b.c": '#include "tensor/array_impl.h"\n',
        "cli/b.c": '#include "core/error.h"\n',
        "io/b.c": '#include "analysis/io_table.h"\n',
        "include/hearth/b.h": '#include "core/error.h"\n',
        "linalg/b.c": '#include "small.h"\n',
        "analysis/c.c": "int f(void) { return MPI_Barrier(0); }\n",
    }
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for file, text in {**right, **wrong}.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
        found = {line.split(":")[0] for line in check(root)}
    if found != set(wrong):
        print(f"self-test: not caught {sorted(set(wrong) - found)}, caught wrongly {sorted(found - set(wrong))}")
        return 1
    print(f"self-test: {len(wrong)} violations caught, {len(right)} right files passed")
    return 0


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    if sys.argv[1] == "--self-test":
        return self_test()
    lines = check(Path(sys.argv[1]))
    print("\n".join(lines) if lines else "every include points the right way")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
