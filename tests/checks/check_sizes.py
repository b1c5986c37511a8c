#!/usr/bin/env python3
"""Files of at most 400 lines, C functions of at most 60: check_sizes.py ROOT; exit status 1 and one line each where there are longer ones."""
import re
import sys
from pathlib import Path

FILE_LINES, FUNCTION_LINES = 400, 60
PATTERNS = ["src/**/*.[ch]", "bindings/**/*.py", "bindings/**/*.f90", "bindings/**/*.[ch]", "bindings/**/*.hpp", "examples/**/*.f90", "examples/**/*.c*",
            "bench/*.[ch]", "tests/**/*.[ch]", "tests/**/*.cpp", "tests/**/*.f90"]
OPENING = re.compile(r"^[A-Za-z_].*\)\s*\{$|^[A-Za-z_].*\)\s*\{\s*/[/*].*$")


def long_functions(path, lines):
    start = None
    for number, line in enumerate(lines, 1):
        if OPENING.match(line) and not line.startswith(("namespace", "extern")):
            start = number
        elif line.startswith("}") and start is not None:
            if number - start + 1 > FUNCTION_LINES:
                yield f"{path}:{start}: function of {number - start + 1} lines"
            start = None


def main():
    root = Path(sys.argv[1])
    files = sorted({p for pattern in PATTERNS for p in root.glob(pattern) if "generated" not in p.parts and "build" not in p.parts})
    found = []
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(root)
        if len(lines) > FILE_LINES:
            found.append(f"{name}: {len(lines)} lines")
        if path.suffix in (".c", ".h", ".cpp"):
            found += long_functions(name, lines)
    print("\n".join(found) if found else f"{len(files)} files: none above {FILE_LINES} lines, no C function above {FUNCTION_LINES}")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
